//! Embeds `rules/*.rhai` into the binary: a rule is added by adding its file. What a rule says of itself is read here, so that
//! a run knows all rules without compiling one of them.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut list = String::from("/// Every built-in rule, sorted by id.\npub static BUILTIN: &[Builtin] = &[\n");
    for id in rule_ids(&folder)? {
        let path = folder.join(format!("{id}.rhai"));
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)?;
        let entry = entry(&id, &text).map_err(|error| format!("rules/{id}.rhai: {error}"))?;
        writeln!(list, "Builtin {{ {entry}, text: include_str!({:?}) }},", path.display().to_string())?;
    }
    list.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("builtin.rs"), list)?;
    Ok(())
}

/// The names of the rule files without their ending, sorted. A project without rules is fine.
fn rule_ids(folder: &Path) -> Fallible<Vec<String>> {
    let mut ids = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ids.extend(name.strip_suffix(".rhai").map(str::to_owned));
        }
    }
    ids.sort();
    Ok(ids)
}

/// The fields of a rule, as Rust writes them.
fn entry(id: &str, text: &str) -> Fallible<String> {
    let docs = docs(text);
    let (title, rest) = docs.split_once('\n').unwrap_or((&docs, ""));
    let title = title.trim().trim_end_matches('.');
    let code = text.split_inclusive('\n').take_while(|line| line.starts_with("//!")).map(str::len).sum::<usize>();
    let head = Head::read(text.get(code..).unwrap_or(""))?;
    if head.id != id {
        return Err(format!("the rule `{}` stands in a file of another name", head.id).into());
    }
    let (Head { level, groups, catches, since, kinds, idle_without, .. }, docs) = (head, rest.trim_matches('\n'));
    Ok(format!(
        "id: {id:?}, title: {title:?}, docs: {docs:?}, level: {level:?}, groups: &{groups:?}, catches: &{catches:?}, \
         since: {since:?}, kinds: &{kinds:?}, idle_without: {idle_without:?}, code: {code}"
    ))
}

/// The lines that begin with `//!`, without that.
fn docs(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.trim_end().strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// What stands before the check: `rule "id" #{ level: "error", ... } for KINDS`.
#[derive(Default)]
struct Head {
    id: String,
    level: String,
    groups: Vec<String>,
    catches: Vec<String>,
    since: String,
    kinds: Vec<String>,
    idle_without: Option<String>,
}

impl Head {
    fn read(code: &str) -> Fallible<Self> {
        let start = code.find("\nrule \"").ok_or("no line begins with: rule \"id\" #{")?;
        let mut words = Words { rest: code.get(start..).unwrap_or("") };
        words.expect("rule")?;
        let mut head = Self { id: words.text()?, ..Self::default() };
        words.expect("#")?;
        words.expect("{")?;
        loop {
            let key = words.next();
            if key == "}" {
                break;
            }
            words.expect(":")?;
            match key {
                "level" => head.level = words.text()?,
                "groups" => head.groups = words.texts()?,
                "catches" => head.catches = words.texts()?,
                "since" => head.since = words.text()?,
                other => return Err(format!("a rule has no `{other}`").into()),
            }
            words.skip(",");
        }
        words.expect("for")?;
        head.kinds = words.texts()?;
        head.idle_without = idle_without(words.rest);
        Ok(head)
    }
}

/// The attribute without which a check has nothing to say: it begins with `if pool.sms == () { return; }`, or with that and
/// more that is `||`.
fn idle_without(check: &str) -> Option<String> {
    let (resource, body) = check.trim_start().strip_prefix('|')?.split_once("| {")?;
    let mut lines = body.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with("//"))?;
    let condition = first.strip_prefix("if ")?.strip_suffix(" { return; }")?;
    let path = condition.split(" || ").next()?.strip_suffix(" == ()")?;
    let attribute = path.strip_prefix(resource)?.strip_prefix('.')?;
    attribute.chars().all(is_word).then(|| attribute.to_owned())
}

/// The words, texts and signs of a head.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    fn peek(&self) -> (&'a str, &'a str) {
        let rest = self.rest.trim_start();
        let end = match rest.chars().next() {
            None => 0,
            Some('"') => rest.get(1..).and_then(|text| text.find('"')).map_or(rest.len(), |end| end + 2),
            Some(c) if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            Some(c) => c.len_utf8(),
        };
        rest.split_at(end)
    }

    fn next(&mut self) -> &'a str {
        let (word, rest) = self.peek();
        self.rest = rest;
        word
    }

    fn skip(&mut self, word: &str) -> bool {
        let (next, rest) = self.peek();
        let found = next == word;
        if found {
            self.rest = rest;
        }
        found
    }

    fn expect(&mut self, word: &str) -> Fallible<()> {
        if self.skip(word) { Ok(()) } else { Err(format!("`{word}` belongs where `{}` stands", self.peek().0).into()) }
    }

    /// A text in quotes.
    fn text(&mut self) -> Fallible<String> {
        let word = self.next();
        let text = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        let text = text.filter(|text| !text.contains('\\') && !text.contains('\n'));
        Ok(text.ok_or_else(|| format!("a plain text in quotes belongs where `{word}` stands"))?.to_owned())
    }

    /// A kind or a text, or a list of them.
    fn texts(&mut self) -> Fallible<Vec<String>> {
        if !self.skip("[") {
            return Ok(vec![self.name()?]);
        }
        let mut texts = Vec::new();
        while !self.skip("]") {
            texts.push(self.name()?);
            self.skip(",");
        }
        Ok(texts)
    }

    fn name(&mut self) -> Fallible<String> {
        if self.peek().0.starts_with(is_word) { Ok(self.next().to_owned()) } else { self.text() }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
