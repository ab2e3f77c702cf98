//! Values of parameters that come from outside the templates: parameter files in the forms of the usual tools, and what was typed.
//! A value that was given is a fact; a default is not.

use super::stack::Deployment;
use super::template::Template;
use crate::frontend::{Diagnostic, Given};
use crate::source::{FileId, Loader, Span};
use crate::syntax::parse_template;
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use crate::value::{Term, Unknown, Value, Why};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The name under which reports show what was typed.
const TYPED: &str = "--parameter";

/// Values by parameter, and which of them some template declares.
#[derive(Default)]
pub(super) struct GivenParameters {
    values: BTreeMap<Arc<str>, Value>,
    used: RefCell<BTreeSet<Arc<str>>>,
}

impl GivenParameters {
    /// Reads the files, then what was typed: the later value of a name counts.
    pub(super) fn read(given: &Given, loader: &mut Loader<'_>, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut values = BTreeMap::new();
        for (path, text) in &given.parameter_files {
            let file = loader.add(path, text.clone());
            match of_file(path, file, text) {
                Ok(found) => values.extend(found),
                Err((span, message)) => diagnostics.push(Diagnostic { span, message, fatal: true }),
            }
        }
        if !given.parameters.is_empty() {
            let text: Arc<str> = given.parameters.join("\n").into();
            values.extend(lines(loader.add(TYPED, text.clone()), &text));
        }
        Self { values, used: RefCell::default() }
    }

    /// A deployment with the values of the parameters that the template declares.
    pub(super) fn apply(&self, template: &Template, mut deployment: Deployment) -> Deployment {
        for (name, value) in self.values.iter().filter(|(name, _)| template.parameters.contains_key(*name)) {
            self.used.borrow_mut().insert(name.clone());
            deployment.parameters.insert(name.clone(), value.clone());
        }
        deployment
    }

    /// A warning for every value that no template asks for: a misspelt name would change nothing and look as if it did.
    pub(super) fn unused(&self) -> Vec<Diagnostic> {
        let used = self.used.borrow();
        let unused = self.values.iter().filter(|(name, _)| !used.contains(*name));
        unused
            .map(|(name, value)| {
                let message = format!("no template has a parameter `{name}`");
                Diagnostic { span: value.span, message, fatal: false }
            })
            .collect()
    }
}

pub(super) type Values = BTreeMap<Arc<str>, Value>;

/// A parameter file, by its name and first character.
pub(super) fn of_file(path: &str, file: FileId, text: &str) -> Result<Values, (Span, String)> {
    let top = Span::new(file, 0, 0);
    let is = |ending: &str| path.ends_with(ending);
    if is(".toml") {
        return of_samconfig(file, text).map_err(|message| (top, message));
    }
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    if !is_json && !is(".json") && !is(".yaml") && !is(".yml") {
        return Ok(lines(file, text));
    }
    let tree = parse_template(file, text);
    if let Some(error) = tree.errors.first() {
        return Err((error.span, error.message.clone()));
    }
    let root = tree.documents.first().copied();
    root.and_then(|root| of_tree(&tree, root)).ok_or_else(|| {
        let forms = "a list of `ParameterKey` and `ParameterValue`, a map under `Parameters`, or a map of values";
        (top, format!("parameters are {forms}"))
    })
}

/// `[{ParameterKey, ParameterValue}]`, `["Key=Value"]`, `{"Parameters": {...}}` or `{...}`.
fn of_tree(tree: &Tree, root: NodeId) -> Option<Values> {
    match &tree.node(root).kind {
        NodeKind::Sequence(items) => {
            let mut values = Values::new();
            for item in items {
                if let Some(text) = tree.str(*item) {
                    let (name, value) = text.split_once('=')?;
                    values.insert(name.into(), Value::string(value, tree.node(*item).span));
                    continue;
                }
                let name = tree.str(tree.get(*item, "ParameterKey")?.1)?.clone();
                // `UsePreviousValue` has none.
                if let Some((_, value)) = tree.get(*item, "ParameterValue") {
                    values.insert(name.clone(), value_of(tree, value, &name));
                }
            }
            Some(values)
        }
        NodeKind::Mapping(_) => {
            let inner = tree.get(root, "Parameters").map(|(_, inner)| inner);
            let inner = inner.filter(|inner| matches!(tree.node(*inner).kind, NodeKind::Mapping(_)));
            let entries = tree.entries(inner.unwrap_or(root)).iter();
            let named = entries.filter_map(|(key, value)| {
                let name = tree.str(*key)?.clone();
                Some((name.clone(), value_of(tree, *value, &name)))
            });
            Some(named.collect())
        }
        _ => None,
    }
}

/// A scalar as its text; a list of scalars as one, joined by commas; anything else is a reference that the tool resolves.
fn value_of(tree: &Tree, id: NodeId, name: &Arc<str>) -> Value {
    let span = tree.node(id).span;
    let scalar = |id: NodeId| match &tree.node(id).kind {
        NodeKind::String(text) => Some(text.to_string()),
        NodeKind::Number(number) => Some(number.text().to_owned()),
        NodeKind::Bool(value) => Some(value.to_string()),
        _ => None,
    };
    let text = match &tree.node(id).kind {
        NodeKind::Sequence(items) => items.iter().map(|item| scalar(*item)).collect::<Option<Vec<_>>>(),
        _ => scalar(id).map(|text| vec![text]),
    };
    match text {
        Some(items) => Value::string(items.join(","), span),
        None => Value::unknown(Unknown::new(Why::Parameter(name.clone()), Term::Opaque(span, 0)), span),
    }
}

/// `Key=Value` lines, as `aws cloudformation deploy --parameter-overrides` takes them; `#` starts a comment.
fn lines(file: FileId, text: &str) -> Values {
    let mut values = Values::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let Some((name, value)) = line.split_once('=').filter(|_| !line.trim_start().starts_with('#')) else {
            continue;
        };
        let span = Span::new(file, at + name.len() + 1, at + line.trim_end().len());
        values.insert(name.trim().into(), Value::string(unquoted(value.trim()), span));
    }
    values
}

fn unquoted(text: &str) -> &str {
    let inside = |mark: char| text.strip_prefix(mark).and_then(|text| text.strip_suffix(mark));
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// `parameter_overrides` of a `samconfig.toml`: for `deploy`, else for all commands, in the environment `default`, else the
/// only one there is.
fn of_samconfig(file: FileId, text: &str) -> Result<Values, String> {
    let config: toml::Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let environments: Vec<&toml::Table> = config.values().filter_map(toml::Value::as_table).collect();
    let environment = match (config.get("default").and_then(toml::Value::as_table), environments.as_slice()) {
        (Some(default), _) => default,
        (None, [only]) => only,
        _ => return Err("several environments and none is called `default`".to_owned()),
    };
    let overrides = ["deploy", "global"].iter().find_map(|command| {
        environment.get(*command)?.as_table()?.get("parameters")?.as_table()?.get("parameter_overrides")
    });
    let words = match overrides {
        Some(toml::Value::String(text)) => words(text),
        Some(toml::Value::Array(items)) => items.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect(),
        _ => Vec::new(),
    };
    let pairs = words.iter().filter_map(|word| word.split_once('='));
    let place = |name: &str| {
        text.find(&format!("{name}=")).map_or(Span::new(file, 0, 0), |at| Span::new(file, at, at + name.len()))
    };
    Ok(pairs.map(|(name, value)| (name.into(), Value::string(unquoted(value), place(name)))).collect())
}

/// The words of a shell's line: blanks inside of quotes belong to the word.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => words.push(String::new()),
            _ => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Vec<String> {
        let values = of_file(path, FileId(0), text).unwrap();
        let shown = values.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or("?")));
        shown.collect()
    }

    #[test]
    fn every_tools_form_is_read() {
        let table = [
            (
                "p.json",
                r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "UsePreviousValue": true}]"#,
            ),
            ("p.json", r#"{"Parameters": {"A": "1"}, "Tags": {"x": "y"}}"#),
            ("p.json", r#"["A=1"]"#),
            ("p.yaml", "Parameters:\n  A: 1\n"),
            ("p.json", r#"{"A": 1}"#),
            ("prod.env", "# values\nA=\"1\"\n\n"),
            ("samconfig.toml", "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = \"A=\\\"1\\\"\"\n"),
            ("samconfig.toml", "[prod.global.parameters]\nparameter_overrides = ['A=1']\n"),
        ];
        for (path, text) in table {
            assert_eq!(shown(path, text), ["A=1"], "{text}");
        }
        assert_eq!(shown("p.json", r#"{"L": ["a", "b"], "T": true, "R": {"Ref": "X"}}"#), ["L=a,b", "R=?", "T=true"]);
        assert_eq!(words("A='x y'  B=z"), ["A=x y", "B=z"]);
    }

    #[test]
    fn what_is_no_parameter_file_is_said() {
        assert!(of_file("p.json", FileId(0), "[1]").is_err());
        assert!(of_file("p.json", FileId(0), "{").is_err());
        assert!(of_file("s.toml", FileId(0), "[a]\n[b]\n").is_err());
    }
}
