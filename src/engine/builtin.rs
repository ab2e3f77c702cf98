//! The rules of the binary. What they say of themselves is known from the build; a rule is compiled when it first has a resource
//! to look at, and once in a process. A test compiles all of them, with the check of their names, and compares.

use super::load::{self, Body, Check, Compiled, Docs};
use super::methods::METHODS;
use super::script::Script;
use super::{explain, vocabulary};
use crate::builtin::{BUILTIN, Builtin};
use crate::finding::{Level, Rule};
use crate::frontend::Diagnostic;
use crate::source::{SourceFile, SourceMap};
use rhai::Engine;
use std::sync::{Arc, LazyLock, OnceLock};

/// What all runs of the process share of a rule.
struct Shared {
    rule: Arc<Rule>,
    source: Arc<SourceFile>,
    compiled: OnceLock<Arc<Compiled>>,
}

static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| Arc::new(vocabulary::engine(METHODS)));
static SHARED: LazyLock<Vec<Shared>> = LazyLock::new(|| BUILTIN.iter().map(Shared::new).collect());

/// The engine that runs rules.
pub(super) fn engine() -> Arc<Engine> {
    ENGINE.clone()
}

/// The rules of the binary; their texts become files of the run.
pub(super) fn checks(sources: &mut SourceMap) -> Vec<Check> {
    let check = |(number, shared): (usize, &Shared)| {
        let file = sources.share(shared.source.clone());
        let script = Arc::new(Script { source: shared.source.clone(), file });
        Check { rule: shared.rule.clone(), script, body: Body::Builtin(number) }
    };
    SHARED.iter().enumerate().map(check).collect()
}

/// The attribute without which a rule has nothing to say of a resource.
pub(super) fn idle_without(number: usize) -> Option<&'static str> {
    BUILTIN.get(number)?.idle_without
}

/// The compiled form of a rule.
pub(super) fn compiled(number: usize, script: &Arc<Script>, engine: &Engine) -> Result<Arc<Compiled>, Vec<Diagnostic>> {
    let (Some(shared), Some(builtin)) = (SHARED.get(number), BUILTIN.get(number)) else { return Err(Vec::new()) };
    if let Some(compiled) = shared.compiled.get() {
        return Ok(compiled.clone());
    }
    let compiled = Arc::new(compile(builtin, script, engine)?);
    Ok(shared.compiled.get_or_init(|| compiled).clone())
}

fn compile(builtin: &Builtin, script: &Arc<Script>, engine: &Engine) -> Result<Compiled, Vec<Diagnostic>> {
    let ast = engine.compile(code(builtin)).map_err(|error| vec![explain::syntax(script, &error)])?;
    let docs = Docs { title: builtin.title.to_owned(), rest: String::new() };
    let mut loaded = load::load_file(script, Arc::new(ast), docs, None, &[]);
    loaded.rules.pop().map(|(_, compiled)| compiled).ok_or(loaded.diagnostics)
}

/// The file without its docs, whose lines stay so that places stay: two thirds of a file need not be read again.
fn code(builtin: &Builtin) -> String {
    let (docs, code) = builtin.text.split_at_checked(builtin.code).unwrap_or(("", builtin.text));
    let lines = memchr::memchr_iter(b'\n', docs.as_bytes()).count();
    "\n".repeat(lines) + code
}

impl Shared {
    fn new(builtin: &Builtin) -> Self {
        let source = Arc::new(SourceFile::new(format!("rules/{}.rhai", builtin.id), builtin.text));
        Self { rule: Arc::new(rule(builtin)), source, compiled: OnceLock::new() }
    }
}

fn rule(builtin: &Builtin) -> Rule {
    let texts = |texts: &[&str]| texts.iter().map(|text| Arc::from(*text)).collect();
    Rule {
        id: builtin.id.into(),
        title: builtin.title.into(),
        docs: builtin.docs.into(),
        level: Level::parse(builtin.level).unwrap_or(Level::Error),
        groups: texts(builtin.groups),
        catches: texts(builtin.catches),
        since: builtin.since.into(),
        kinds: texts(builtin.kinds),
        url: super::docs_url(builtin.id).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RuleText, Rules};

    #[test]
    fn what_the_build_read_is_what_the_files_say() {
        for (builtin, shared) in BUILTIN.iter().zip(SHARED.iter()) {
            let path = format!("rules/{}.rhai", builtin.id);
            let mut sources = SourceMap::default();
            let file = sources.add(path.clone(), builtin.text);
            let (rules, diagnostics) = Rules::load(&[RuleText { path, text: builtin.text.into(), file }]);
            assert_eq!(diagnostics, [], "{}", builtin.id);
            let rules: Vec<_> = rules.rules().collect();
            assert_eq!(format!("{rules:?}"), format!("{:?}", [&shared.rule]));
        }
    }

    #[test]
    fn a_rule_is_compiled_once_and_keeps_its_places() {
        let mut sources = SourceMap::default();
        for check in checks(&mut sources) {
            let compiled = check.compiled(&engine()).unwrap();
            let head = check.script.source.slice(check.script.span(compiled.position));
            assert_eq!(head, "rule", "{}", check.rule.id);
            assert!(Arc::ptr_eq(&compiled, &check.compiled(&engine()).unwrap()), "{}", check.rule.id);
        }
    }
}
