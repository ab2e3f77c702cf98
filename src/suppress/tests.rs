//! Requests in comments and metadata, on small hand-made models.

use super::*;
use crate::finding::{Label, Level, Rule, Verdict};
use crate::source::FileId;
use crate::value::{Entry, Guard, ResourceRef, ScopeId};
use std::sync::Arc;

const FILE: FileId = FileId(0);

struct World {
    text: &'static str,
    sources: SourceMap,
    comments: Vec<Span>,
    resources: Vec<Resource>,
}

/// A file whose comments are `comments`, with one resource at `declaration` that reaches to the end of the file.
fn world(text: &'static str, comments: &[&str], declaration: &str) -> World {
    let mut sources = SourceMap::default();
    sources.add("template.yaml", text);
    let comments = comments.iter().map(|comment| at(text, comment)).collect();
    let name_span = at(text, declaration);
    let span = Span::new(FILE, name_span.start as usize, text.len());
    let resource = Resource {
        id: ResourceRef { scope: ScopeId(0), address: "Pool".into() },
        type_name: "AWS::Cognito::UserPool".into(),
        properties: Value::absent(span),
        presence: Guard::Always,
        schematic: false,
        name_span,
        span,
        depends_on: Vec::new(),
        origin: None,
        attributes: Value::absent(span),
    };
    World { text, sources, comments, resources: vec![resource] }
}

fn at(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap_or_else(|| panic!("{part} is not in the text"));
    Span::new(FILE, start, start + part.len())
}

fn finding(id: &str, span: Span) -> Finding {
    let rule = Rule {
        id: id.into(),
        title: "A title".into(),
        docs: "".into(),
        level: Level::Error,
        groups: Vec::new(),
        catches: Vec::new(),
        since: "0.1.0".into(),
        kinds: Vec::new(),
        url: "".into(),
    };
    Finding {
        rule: Arc::new(rule),
        level: Level::Error,
        verdict: Verdict::Always,
        when: None,
        message: "wrong".into(),
        help: None,
        primary: Label { span, message: String::new() },
        labels: Vec::new(),
        scope: ScopeId(0),
        resource: "Pool".into(),
        kind: "user_pool".into(),
        fixes: Vec::new(),
        suppressed: None,
        again_in: Vec::new(),
    }
}

impl World {
    /// The reasons of suppressed findings (`-` for a finding that is reported), and the warnings.
    fn apply(&self, findings: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        self.apply_with(findings, &Policy::default())
    }

    fn apply_with(&self, findings: &[(&str, &str)], policy: &Policy) -> (Vec<String>, Vec<String>) {
        let mut findings: Vec<Finding> = findings.iter().map(|(id, part)| finding(id, at(self.text, part))).collect();
        let warnings =
            apply(&mut findings, &self.comments, &self.resources.iter().collect::<Vec<_>>(), &self.sources, policy);
        let reason = |finding: &Finding| match &finding.suppressed {
            None => "-".to_owned(),
            Some(suppression) => suppression.reason.clone().unwrap_or_default(),
        };
        (findings.iter().map(reason).collect(), warnings.into_iter().map(|warning| warning.message).collect())
    }
}

#[test]
fn a_trailing_comment_speaks_of_its_own_line() {
    let text = "Pool:\n  Mfa: ON # coglint: ignore[a, b] known\n  Sms: x\n";
    let world = world(text, &["# coglint: ignore[a, b] known"], "Pool");
    let (reasons, warnings) = world.apply(&[("a", "ON"), ("b", "ON"), ("c", "ON"), ("a", "x\n")]);
    assert_eq!(reasons, ["known", "known", "-", "-"]);
    assert!(warnings.is_empty());
}

#[test]
fn a_comment_on_its_own_line_speaks_of_the_next_one() {
    let text = "Pool:\n  // coglint: ignore[a]: for now\n  # more\n\n  Mfa: ON\n  Sms: x\n";
    let world = world(text, &["// coglint: ignore[a]: for now", "# more"], "Pool");
    assert_eq!(world.apply(&[("a", "ON"), ("a", "x\n")]).0, ["for now", "-"]);
}

#[test]
fn a_comment_at_the_declaration_covers_the_resource() {
    for (text, comment) in [
        ("# coglint: ignore[a]\nPool:\n  Mfa: ON\n", "# coglint: ignore[a]"),
        ("Pool: # coglint: ignore[a]\n  Mfa: ON\n", "# coglint: ignore[a]"),
        ("/* coglint: ignore[a] */\nPool:\n  Mfa: ON\n", "/* coglint: ignore[a] */"),
    ] {
        let world = world(text, &[comment], "Pool:");
        assert_eq!(world.apply(&[("a", "ON")]), (vec![String::new()], vec![]), "{text}");
    }
}

#[test]
fn what_suppresses_nothing_is_warned_of() {
    let world = world("Pool:\n  Mfa: ON # coglint: ignore[a, b]\n", &["# coglint: ignore[a, b]"], "Pool");
    let (_, warnings) = world.apply(&[("a", "ON")]);
    assert_eq!(warnings, ["`b` reports nothing here: this suppression has no effect"]);
}

#[test]
fn what_is_no_suppression_is_said_and_other_comments_are_left_alone() {
    let text = "Pool: # coglint: allow[a]\n  Mfa: ON # coglint is nice\n  X: 1 # coglint: ignore[]\n";
    let comments = ["# coglint: allow[a]", "# coglint is nice", "# coglint: ignore[]"];
    let (reasons, warnings) = world(text, &comments, "Pool").apply(&[("a", "ON")]);
    assert_eq!(reasons, ["-"]);
    assert_eq!(warnings.len(), 2);
    assert!(warnings[0].contains("ignore[rule-id]"));
}

#[test]
fn metadata_covers_its_resource() {
    let mut world = world("Pool:\n  Mfa: ON\n", &[], "Pool");
    let span = at(world.text, "Pool");
    let map = |key: &str, value: Value| Value::map([(Arc::from(key), Entry { key_span: span, value })], span);
    let id = |id: &str| map("id", Value::string(id, span));
    let ignore = Value::list(vec![id("a"), Value::string("b", span), id("unused")], span);
    world.resources[0].attributes = map("Metadata", map("coglint", map("ignore", ignore)));
    let (reasons, warnings) = world.apply(&[("a", "ON"), ("b", "ON"), ("c", "ON")]);
    assert_eq!(reasons, ["", "", "-"]);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn the_resource_around_the_place_is_meant_where_addresses_repeat() {
    let mut world = world("# coglint: ignore[a]\nPool:\n  Mfa: ON\n", &["# coglint: ignore[a]"], "Pool");
    let mut other = world.resources[0].clone();
    let file = world.sources.add("other.yaml", "Pool:\n  Mfa: ON\n");
    other.id.scope = ScopeId(1);
    other.name_span = Span::new(file, 0, 4);
    other.span = Span::new(file, 0, 15);
    world.resources.push(other);
    let mut findings = vec![finding("a", Span::new(file, 13, 15)), finding("a", at(world.text, "ON"))];
    let resources: Vec<&Resource> = world.resources.iter().collect();
    apply(&mut findings, &world.comments, &resources, &world.sources, &Policy::default());
    assert!(findings[0].suppressed.is_none(), "the comment stands in the other file");
    assert!(findings[1].suppressed.is_some());
}

#[test]
fn one_place_may_speak_for_two_deployments() {
    let mut world = world("Pool:\n  Mfa: ON # coglint: ignore[a]\n", &["# coglint: ignore[a]"], "Pool");
    let span = at(world.text, "Pool");
    let map = |key: &str, value: Value| Value::map([(Arc::from(key), Entry { key_span: span, value })], span);
    let ignore = Value::list(vec![Value::string("b", span)], span);
    world.resources[0].attributes = map("Metadata", map("coglint", map("ignore", ignore)));
    let mut again = world.resources[0].clone();
    again.id.scope = ScopeId(1);
    world.resources.push(again);
    world.comments.push(world.comments[0]);
    let (reasons, warnings) = world.apply(&[("a", "ON"), ("b", "ON")]);
    assert_eq!((reasons, warnings), (vec![String::new(), String::new()], vec![]));
    assert_eq!(world.apply(&[]).1.len(), 2, "one warning for each place");
}

#[test]
fn a_suppression_ends_after_its_day() {
    let text = "Pool:\n  Mfa: ON # coglint: ignore[a] until 2026-12-31 known\n";
    let world = world(text, &["# coglint: ignore[a] until 2026-12-31 known"], "Pool");
    let on = |day: &str| Policy { today: Date::parse(day), ..Policy::default() };
    assert_eq!(world.apply_with(&[("a", "ON")], &on("2026-12-31")), (vec!["known".to_owned()], Vec::new()));
    let (reasons, warnings) = world.apply_with(&[("a", "ON")], &on("2027-01-01"));
    assert_eq!((reasons, warnings), (vec!["-".into()], vec!["this suppression of `a` held until 2026-12-31".into()]));
}

#[test]
fn until_something_is_a_reason_and_a_wrong_day_a_mistake() {
    assert_eq!(parse_order("ignore[a] until we move").unwrap().reason.as_deref(), Some("until we move"));
    let order = parse_order("ignore[a] until 2026-01-02: moved then").unwrap();
    assert_eq!((order.until, order.reason.as_deref()), (Date::parse("2026-01-02"), Some("moved then")));
    assert!(parse_order("ignore[a] until 2026-13-02 x").is_err());
}

#[test]
fn unknown_rules_and_missing_reasons_are_said() {
    let text = "Pool:\n  Mfa: ON # coglint: ignore[mfa-of, mfa-off]\n";
    let world = world(text, &["# coglint: ignore[mfa-of, mfa-off]"], "Pool");
    let known = Some(BTreeSet::from(["mfa-off".to_owned()]));
    let policy = Policy { known, require_reason: true, ..Policy::default() };
    let (reasons, warnings) = world.apply_with(&[("mfa-off", "ON")], &policy);
    assert_eq!(reasons, ["-"]);
    assert_eq!(
        warnings,
        [
            "there is no rule `mfa-of`; did you mean `mfa-off`?",
            "this suppression of `mfa-off` gives no reason; the project requires one"
        ]
    );
}

#[test]
fn the_configuration_suppresses_by_path_and_resource() {
    let world = world("Pool:\n  Mfa: ON\n", &[], "Pool");
    let ignore = |path: Option<&str>, resource: Option<&str>| Ignore {
        rule: "a".to_owned(),
        path: path.map(|path| glob::Pattern::new(path).unwrap()),
        resource: resource.map(str::to_owned),
        reason: Some("known".to_owned()),
        expires: None,
        span: at(world.text, "ON"),
    };
    let covers = |path, resource| {
        let policy = Policy { ignores: vec![ignore(path, resource)], prefix: "auth".to_owned(), ..Policy::default() };
        let (reasons, warnings) = world.apply_with(&[("a", "ON")], &policy);
        assert_eq!(reasons == ["-"], warnings.len() == 1, "one without effect is warned of");
        reasons == ["known"]
    };
    assert!(covers(Some("auth/*.yaml"), None) && covers(Some("**/template.yaml"), Some("Pool")));
    assert!(covers(None, Some("Pool")));
    assert!(!covers(Some("*.yaml"), None), "a star stays in its folder");
    assert!(!covers(None, Some("Other")) && !covers(Some("auth/*"), Some("Other")));
}
