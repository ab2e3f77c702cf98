//! Pages that are made from what the binary knows: `docs/rules/`, `docs/vocabulary.md` and the README's table of rules. A stale
//! one fails; `UPDATE=1 cargo test --test docs` writes them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::engine::methods::{FieldKind, METHODS};
use coglint::finding::Rule;
use coglint::graph::kinds::{Attribute, KINDS, Kind, Shape, Source};
use coglint::{Options, catalogue};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BEGIN: &str = "<!-- rules -->";
const END: &str = "<!-- /rules -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rules() -> Vec<Arc<Rule>> {
    catalogue(&Options::default())
}

/// Compares a page with what it should be, or writes it.
fn settle(path: &Path, wanted: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, wanted).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == wanted, "{} is stale: run `UPDATE=1 cargo test --test docs`", path.display());
}

#[test]
fn every_rule_has_its_page() {
    let rules = rules();
    for rule in &rules {
        settle(&root().join(format!("docs/rules/{}.md", rule.id)), &page(rule));
    }
    let pages = fs::read_dir(root().join("docs/rules")).unwrap().map(|entry| entry.unwrap().path());
    let is_stray = |page: &PathBuf| !rules.iter().any(|rule| page.ends_with(format!("{}.md", rule.id)));
    for stray in pages.filter(is_stray) {
        assert!(std::env::var_os("UPDATE").is_some(), "{} is of no rule", stray.display());
        fs::remove_file(stray).unwrap();
    }
}

fn page(rule: &Rule) -> String {
    let list = |items: &[Arc<str>]| items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
    let mut page = format!("<!-- Made from rules/{}.rhai; change it there. -->\n\n", rule.id);
    page.push_str(&format!("# {}\n\n{}\n\n| | |\n|---|---|\n", rule.id, rule.title));
    page.push_str(&format!("| level | {} |\n", rule.level));
    if !rule.catches.is_empty() {
        page.push_str(&format!("| prevents | {} |\n", list(&rule.catches)));
    }
    if !rule.groups.is_empty() {
        page.push_str(&format!("| groups | {} |\n", list(&rule.groups)));
    }
    page.push_str(&format!("| looks at | {} |\n| since | {} |\n\n", list(&rule.kinds), rule.since));
    page.push_str(rule.docs.trim());
    page.push_str("\n\n## Silence it\n\n```yaml\n# at the end of the line that the finding points at\n");
    page.push_str(&format!("# coglint: ignore[{}] why\n```\n\n```toml\n# coglint.toml\n[rules]\n", rule.id));
    page.push_str(&format!("{} = \"off\"\n```\n", rule.id));
    page
}

#[test]
fn the_readme_lists_the_rules() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (head, rest) = readme.split_once(BEGIN).unwrap_or_else(|| panic!("README.md has no {BEGIN}"));
    let (_, tail) = rest.split_once(END).unwrap_or_else(|| panic!("README.md has no {END}"));
    let rows = rules()
        .iter()
        .map(|rule| format!("| [`{0}`](docs/rules/{0}.md) | {1} | {2} |\n", rule.id, rule.level, rule.title))
        .collect::<String>();
    settle(&path, &format!("{head}{BEGIN}\n| rule | level | what it finds |\n|---|---|---|\n{rows}{END}{tail}"));
}

#[test]
fn the_vocabulary_has_its_page() {
    let mut page = String::from(HEAD);
    for kind in KINDS {
        page.push_str(&kind_section(kind));
    }
    settle(&root().join("docs/vocabulary.md"), &page);
}

const HEAD: &str = "\
<!-- Made from src/graph/kinds and src/engine/methods.rs by tests/docs.rs; change it there. -->

# The words of rules

[Writing rules](writing-rules.md) shows how they are used. A rule names a kind (`for user_pool |pool|`) or resource types in
quotes (`for [\"AWS::SNS::Topic\", \"aws_sns_topic\"] |topic|`). What is absent reads as `()`; what is not known ends the check, and
the resource is listed by `--undecided`.

## Every resource

| word | what it gives |
|---|---|
| `name` | its address: the logical id, or Terraform's address |
| `kind`, `type_name` | what it is: `user_pool`, `AWS::Cognito::UserPool` |
| `dialect` | `\"cloudformation\"` or `\"terraform\"` |
| `place` | where its name stands |
| `properties` | the properties as the template writes them: `topic.properties.KmsMasterKeyId`, `.contains(key)`, `.keys()` |
| `at(path)` | where an attribute is written, else the nearest thing around it: `pool.at(\"sms.role\")` |
| `has(path)` | whether it is there, also where its value is not known |
| `show(path)` | it in words for a message, whatever is known of it |
| `text(path)` | of a reference: the ARN or name as it is written |
| `links(path, kind)` | the resources of a kind that a raw property refers to: `alarm.links(\"AlarmActions\", \"topic\")` |

`at`, `has`, `show` and `text` take attributes and, behind `properties.`, raw properties.
";

fn kind_section(kind: &Kind) -> String {
    let types = |types: &[&str]| types.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut section = format!("\n## {}\n\n{}\n\n", kind.name, kind.doc);
    section.push_str(&format!("CloudFormation: {}\n\n", or_none(types(kind.cloudformation))));
    section.push_str(&format!("Terraform: {}\n\n", or_none(types(kind.terraform))));
    section.push_str("| attribute | is | without it | CloudFormation | Terraform | |\n|---|---|---|---|---|---|\n");
    section.push_str(&rows("", kind.attributes));
    for method in METHODS.iter().filter(|method| method.kind == kind.name) {
        section.push_str(&format!("\n`{}({})`: {}", method.name, method.parameters.join(", "), method.doc));
        let fields = method.fields.iter().map(|(name, kind)| format!("`{name}` ({})", field(*kind)));
        let fields: Vec<String> = fields.collect();
        section.push_str(&format!(" Its answer has `allowed` (true or false), {}.\n", fields.join(", ")));
    }
    section
}

fn rows(prefix: &str, attributes: &[Attribute]) -> String {
    let mut rows = String::new();
    for attribute in attributes {
        let name = format!("{prefix}{}", attribute.name);
        let default = attribute.default.map_or_else(|| "`()`".to_owned(), |default| format!("`{default}`"));
        rows.push_str(&format!(
            "| `{name}` | {} | {default} | {} | {} | {} |\n",
            shape(attribute.shape),
            written(attribute.cloudformation),
            written(attribute.terraform),
            attribute.doc.replace('|', "\\|"),
        ));
        let (inner, mark) = match attribute.shape {
            Shape::Block(inner) => (inner, "."),
            Shape::List(Shape::Block(inner)) => (*inner, "[]."),
            _ => (&[][..], ""),
        };
        rows.push_str(&self::rows(&format!("{name}{mark}"), inner));
    }
    rows
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

fn written(source: Source) -> String {
    match source {
        Source::Path("") => "none".to_owned(),
        Source::Path(path) => format!("`{path}`"),
        Source::Derived(_) => "worked out".to_owned(),
        Source::Either(one, other) => format!("`{one}` or `{other}`"),
    }
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Word => "word".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Bool => "true or false".to_owned(),
        Shape::List(inner) => format!("list: {}", self::shape(*inner)),
        Shape::Block(_) => "block".to_owned(),
        Shape::Document => "policy document".to_owned(),
        Shape::Link(kind, handle) => format!("{kind}, by its {handle}"),
        Shape::Referrers(kind, attribute) => format!("list: every {kind} whose {attribute} this is"),
    }
}

fn field(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Place => "place",
        FieldKind::Truth => "true or false",
    }
}
