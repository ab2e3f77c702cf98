//! From the texts of rule files to rules that can run. Nothing of a rule runs here: what is known of it is read from its syntax
//! tree, and everything that is wrong with it is found now, not when a template happens to need it.

use super::methods::Method;
use super::script::Script;
use super::{RuleText, builtin, explain, names, suggest, syntax};
use crate::finding::{Level, Rule};
use crate::frontend::Diagnostic;
use crate::graph::{Graph, NodeId, kinds};
use crate::source::SourceFile;
use rhai::{AST, CustomExpr, Dynamic, Engine, Expr, FnPtr, Ident, Position, Stmt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A rule that can run.
#[derive(Debug)]
pub(super) struct Check {
    /// What is known of it.
    pub(super) rule: Arc<Rule>,
    /// Its file.
    pub(super) script: Arc<Script>,
    /// Its body.
    pub(super) body: Body,
}

/// The body of a rule.
#[derive(Debug)]
pub(super) enum Body {
    /// It is compiled: a rule of the user's own, whose mistakes are told in any case.
    Compiled(Arc<Compiled>),
    /// It is compiled when it first has a resource to look at: the built-in rule of this number.
    Builtin(usize),
}

impl Check {
    /// True when the rule certainly has nothing to say of a resource: it begins with the question for an attribute that the
    /// resource does not have.
    pub(super) fn is_idle(&self, graph: &Graph, id: NodeId) -> bool {
        let Body::Builtin(number) = &self.body else { return false };
        let Some(attribute) = builtin::idle_without(*number) else { return false };
        let kind = graph.node(id).and_then(|node| node.kind);
        let known = kind.and_then(|kind| kind.attributes.iter().find(|known| known.name == attribute));
        // Who refers to a resource is written nowhere in it.
        let is_written = known.is_some_and(|known| !matches!(known.shape, kinds::Shape::Referrers(..)));
        is_written && graph.read(id, attribute).value.is_absent()
    }

    /// The compiled body; or what is wrong with it.
    pub(super) fn compiled(&self, engine: &Engine) -> Result<Arc<Compiled>, Vec<Diagnostic>> {
        match &self.body {
            Body::Compiled(compiled) => Ok(compiled.clone()),
            Body::Builtin(number) => builtin::compiled(*number, &self.script, engine),
        }
    }
}

/// A compiled rule.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Where the rule begins in its file.
    pub(super) position: Position,
    /// The compiled file.
    pub(super) ast: Arc<AST>,
    /// The name that Rhai gave to the check's function.
    pub(super) function: String,
    /// The constants of the file that the check uses; they stand before the resource among the function's arguments.
    pub(super) constants: Vec<Dynamic>,
}

/// Loads rule files behind those that are there. A file or a rule with a mistake is left out; the others load.
pub(super) fn load(
    engine: &Engine,
    methods: &'static [Method],
    texts: &[RuleText],
    checks: &mut Vec<Check>,
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if texts.is_empty() {
        return diagnostics;
    }
    let words = names::Words::new(engine, methods);
    for text in texts {
        let source = Arc::new(SourceFile::new(&text.path, text.text.clone()));
        let script = Arc::new(Script { source, file: text.file });
        match engine.compile(&*script.source.text) {
            Err(error) => diagnostics.push(explain::syntax(&script, &error)),
            Ok(ast) => {
                let found = load_file(&script, Arc::new(ast), Docs::read(&script), Some(&words), checks);
                diagnostics.extend(found.diagnostics);
                checks.extend(found.rules.into_iter().map(|(rule, compiled)| Check {
                    rule: Arc::new(rule),
                    script: script.clone(),
                    body: Body::Compiled(Arc::new(compiled)),
                }));
            }
        }
    }
    diagnostics
}

/// What a rule file holds.
#[derive(Default)]
pub(super) struct Loaded {
    /// Its rules without mistakes.
    pub(super) rules: Vec<(Rule, Compiled)>,
    /// What is wrong with it.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The rules of a compiled file; their ids must differ from those of `checks`. Without `words` its names are not checked.
pub(super) fn load_file(
    script: &Arc<Script>,
    ast: Arc<AST>,
    docs: Docs,
    words: Option<&names::Words>,
    checks: &[Check],
) -> Loaded {
    let mut file = File { script, docs, constants: BTreeMap::new(), problems: Vec::new() };
    let mut heads = Vec::new();
    for statement in ast.statements() {
        match statement {
            Stmt::Expr(expression) => match expression.as_ref() {
                Expr::Custom(custom, position) => heads.extend(file.head(custom, *position)),
                other => file.problem(other.start_position(), "only rules, functions and constants stand here"),
            },
            Stmt::Var(variable, ..) if statement.options().contains(rhai::ASTFlags::CONSTANT) => {
                let (name, value, _) = variable.as_ref();
                file.constant(name, value);
            }
            Stmt::Noop(_) => {}
            other => file.problem(other.position(), "only rules, functions and constants stand here"),
        }
    }
    file.check_ids(&heads, checks);
    file.check_parameters(&heads, &ast);
    if let Some(words) = words {
        let typed: Vec<names::Typed> = heads.iter().map(Head::typed).collect();
        file.problems.extend(names::check(&ast, &typed, words));
    }
    let bad = std::mem::take(&mut file.problems);
    // A mistake inside one rule leaves its neighbours alone; one outside of them (a helper function) spoils the file.
    let in_function = |position: Position| {
        let named = ast.iter_fn_def().filter(|function| !function.name.contains('$'));
        named
            .map(|function| &function.body)
            .any(|body| body.start_position() <= position && position <= body.end_position())
    };
    let owner = |position: Position| {
        let rule = heads.iter().rposition(|head| head.position <= position);
        rule.filter(|_| !in_function(position))
    };
    let spoilt: BTreeSet<Option<usize>> = bad.iter().map(|(position, _)| owner(*position)).collect();
    let mut loaded = Loaded::default();
    loaded.diagnostics.extend(bad.into_iter().map(|(position, message)| script.diagnostic(position, message)));
    if spoilt.contains(&None) {
        return loaded;
    }
    for (at, head) in heads.into_iter().enumerate() {
        if !spoilt.contains(&Some(at)) {
            let Head { rule, position, function, constants, .. } = head;
            loaded.rules.push((rule, Compiled { position, ast: ast.clone(), function, constants }));
        }
    }
    loaded
}

/// The head of a rule, as its file writes it.
struct Head {
    rule: Rule,
    position: Position,
    id_position: Position,
    function: String,
    constants: Vec<Dynamic>,
}

impl Head {
    fn typed(&self) -> names::Typed {
        let targets = self.rule.kinds.clone();
        names::Typed { function: self.function.clone(), constants: self.constants.len(), targets }
    }
}

/// The lines that begin with `//!`.
pub(super) struct Docs {
    /// The first.
    pub(super) title: String,
    /// The others.
    pub(super) rest: String,
}

impl Docs {
    fn read(script: &Script) -> Self {
        let lines = script.source.text.lines().map(str::trim_end).skip_while(|line| line.is_empty());
        let lines = lines.map_while(|line| line.strip_prefix("//!"));
        let mut lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
        let title = lines.next().unwrap_or("").trim().trim_end_matches('.').to_owned();
        let rest = lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned();
        Self { title, rest }
    }
}

struct File<'a> {
    script: &'a Arc<Script>,
    docs: Docs,
    constants: BTreeMap<String, Dynamic>,
    problems: Vec<(Position, String)>,
}

impl File<'_> {
    fn problem(&mut self, position: Position, message: impl Into<String>) {
        self.problems.push((position, message.into()));
    }

    fn constant(&mut self, name: &Ident, value: &Expr) {
        match value.get_literal_value(None) {
            Some(value) => {
                self.constants.insert(name.name.to_string(), value);
            }
            None => self.problem(value.start_position(), format!("the constant `{}` is no plain value", name.name)),
        }
    }

    /// Reads `rule "id" #{ ... } for KINDS |resource| { ... }`.
    fn head(&mut self, custom: &CustomExpr, position: Position) -> Option<Head> {
        if custom.tokens.first().is_none_or(|token| token.as_str() != syntax::RULE) {
            self.problem(position, "a `require` stands inside a rule");
            return None;
        }
        let (id, metadata, targets, check) = match custom.inputs.as_slice() {
            [Expr::StringConstant(id, at), metadata, targets @ .., check] => ((id, *at), metadata, targets, check),
            _ => {
                self.problem(position, "only rules, functions and constants stand here");
                return None;
            }
        };
        let (id, id_position) = id;
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            self.problem(id_position, "an id is made of lower-case letters, digits and `-`");
        }
        if self.docs.title.is_empty() {
            self.problem(position, "the file needs a title: `//! The pool ...` as its first line");
        }
        let metadata = self.metadata(metadata);
        let kinds = targets.iter().filter_map(|target| self.target(target)).collect();
        let (function, constants) = self.function(check)?;
        let rule = Rule {
            url: super::docs_url(id).into(),
            id: id.as_str().into(),
            title: self.docs.title.as_str().into(),
            docs: self.docs.rest.clone().into(),
            level: metadata.level,
            groups: metadata.groups,
            catches: metadata.catches,
            since: metadata.since,
            kinds,
        };
        Some(Head { rule, position, id_position, function, constants })
    }

    /// A kind by its name, a raw type in quotes.
    fn target(&mut self, target: &Expr) -> Option<Arc<str>> {
        match target {
            Expr::StringConstant(name, _) => Some(name.as_str().into()),
            Expr::Variable(name, _, position) => {
                let name = name.1.as_str();
                if kinds::named(name).is_none() {
                    let hint = suggest::hint(name, kinds::KINDS.iter().map(|kind| kind.name));
                    self.problem(
                        *position,
                        format!("there is no kind `{name}`{hint} (a raw resource type stands in quotes)"),
                    );
                }
                Some(name.into())
            }
            other => {
                self.problem(other.start_position(), "a kind, or a resource type in quotes, stands here");
                None
            }
        }
    }

    /// The function that `|resource| { ... }` became, and the constants that it uses.
    fn function(&mut self, check: &Expr) -> Option<(String, Vec<Dynamic>)> {
        match check {
            Expr::DynamicConstant(value, _) => Some((value.read_lock::<FnPtr>()?.fn_name().to_owned(), Vec::new())),
            // A closure that uses names from outside: `curry(closure, names...)` inside a block.
            Expr::Stmt(block) => {
                let call = block.iter().find_map(|statement| match statement {
                    Stmt::Expr(expression) => match expression.as_ref() {
                        Expr::FnCall(call, _) => Some(call),
                        _ => None,
                    },
                    _ => None,
                })?;
                let (first, names) = call.args.split_first()?;
                let Expr::DynamicConstant(value, _) = first else { return None };
                let function = value.read_lock::<FnPtr>()?.fn_name().to_owned();
                let constants = names.iter().filter_map(|name| self.captured(name)).collect();
                Some((function, constants))
            }
            _ => None,
        }
    }

    fn captured(&mut self, name: &Expr) -> Option<Dynamic> {
        let Expr::Variable(variable, _, position) = name else { return None };
        let value = self.constants.get(variable.1.as_str()).cloned();
        if value.is_none() {
            self.problem(*position, format!("`{}` is no constant of this file", variable.1));
        }
        value
    }

    fn check_parameters(&mut self, heads: &[Head], ast: &AST) {
        for head in heads {
            let function = ast.iter_functions().find(|function| function.name == head.function);
            if function.is_some_and(|function| function.params.len() != head.constants.len() + 1) {
                self.problem(head.position, "a check takes one thing, the resource: `|pool| { ... }`");
            }
        }
    }

    /// The id of a file's only rule is the file's name; ids are unique.
    fn check_ids(&mut self, heads: &[Head], checks: &[Check]) {
        let path = &self.script.source.path;
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.strip_suffix(".rhai").unwrap_or(name);
        if let [only] = heads
            && &*only.rule.id != stem
        {
            self.problem(only.id_position, format!("the rule `{}` stands in a file named `{stem}.rhai`", only.rule.id));
        }
        let mut known: BTreeSet<Arc<str>> = checks.iter().map(|check| check.rule.id.clone()).collect();
        for head in heads {
            if !known.insert(head.rule.id.clone()) {
                self.problem(head.id_position, format!("there is another rule `{}`", head.rule.id));
            }
        }
    }
}

/// What the map behind the id says.
struct Metadata {
    level: Level,
    groups: Vec<Arc<str>>,
    catches: Vec<Arc<str>>,
    since: Arc<str>,
}

const KEYS: &[&str] = &["level", "groups", "catches", "since"];

impl File<'_> {
    fn metadata(&mut self, expression: &Expr) -> Metadata {
        let mut metadata =
            Metadata { level: Level::Error, groups: Vec::new(), catches: Vec::new(), since: Arc::from("") };
        let Expr::Map(map, position) = expression else {
            self.problem(expression.start_position(), "a map stands here: #{ level: \"error\", groups: [\"sms\"] }");
            return metadata;
        };
        let mut has_level = false;
        for (key, value) in &map.0 {
            match key.name.as_str() {
                "level" => {
                    has_level = true;
                    metadata.level = self.level(value).unwrap_or(metadata.level);
                }
                "groups" => metadata.groups = self.texts(value),
                "catches" => metadata.catches = self.texts(value),
                "since" => metadata.since = self.text(value).unwrap_or_default(),
                other => {
                    let hint = suggest::hint(other, KEYS.iter().copied());
                    self.problem(key.pos, format!("a rule has no `{other}`{hint}"));
                }
            }
        }
        if !has_level {
            self.problem(*position, "the rule has no level: `level: \"error\"`, \"warning\" or \"note\"");
        }
        metadata
    }

    fn level(&mut self, value: &Expr) -> Option<Level> {
        let name = self.text(value)?;
        let level = Level::parse(&name);
        if level.is_none() {
            let hint = suggest::hint(&name, ["error", "warning", "note"]);
            self.problem(value.start_position(), format!("a level is \"error\", \"warning\" or \"note\"{hint}"));
        }
        level
    }

    fn text(&mut self, value: &Expr) -> Option<Arc<str>> {
        if let Expr::StringConstant(text, _) = value {
            return Some(text.as_str().into());
        }
        self.problem(value.start_position(), "a text in quotes stands here");
        None
    }

    fn texts(&mut self, value: &Expr) -> Vec<Arc<str>> {
        if let Expr::Array(items, _) = value {
            return items.iter().filter_map(|item| self.text(item)).collect();
        }
        self.problem(value.start_position(), "a list of texts stands here: [\"sms\"]");
        Vec::new()
    }
}
