//! What AWS managed policies say of the calls that are asked about.
//!
//! Two tables are compiled in, both written by `scripts/managed_policies.py`; their first lines name source and date. One
//! holds the statements that reach our actions, cut down to what can matter; the other names every policy known then.
//! An old table never makes an answer wrong: a policy newer than it is unknown.

use crate::source::Span;
use crate::value::{Data, Entry, Number, Value};
use std::sync::Arc;

/// One policy a line: path and name, a space, a policy document.
const STATEMENTS: &str = include_str!("data/managed-statements.txt");

/// One path and name a line, sorted.
const NAMES: &str = include_str!("data/managed-names.txt");

/// What a managed policy says of our calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedDocument {
    json: &'static str,
}

/// What is known of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Managed {
    /// These statements reach our actions.
    Statements(ManagedDocument),
    /// It neither allows nor denies them.
    Nothing,
    /// No such policy exists, and none can: AWS publishes one of this name under the path in the phrase, and IAM keeps names
    /// unique whatever their paths.
    Misplaced(String),
    /// It is not in the table; the phrase says so, with a name that it may have meant.
    Unknown(String),
}

/// Looks a managed policy up: by its ARN in any partition, by path and name, or by its bare name.
pub fn managed(arn_or_name: &str) -> Managed {
    let wanted = match arn_or_name.split_once(":iam::aws:policy/") {
        Some((partition, name)) if partition.starts_with("arn:") => Wanted { text: name, arn: true },
        _ => Wanted { text: arn_or_name, arn: false },
    };
    if let Some(json) =
        rows(STATEMENTS).filter_map(|row| row.split_once(' ')).find_map(|(name, json)| wanted.is(name).then_some(json))
    {
        return Managed::Statements(ManagedDocument { json });
    }
    if rows(NAMES).any(|name| wanted.is(name)) {
        return Managed::Nothing;
    }
    if let Some(name) = rows(NAMES).find(|name| wanted.arn && bare(name) == bare(wanted.text)) {
        return Managed::Misplaced(format!("AWS publishes no managed policy {}, only {name}", wanted.text));
    }
    let suggestion = rows(NAMES).find(|name| wanted.nearly(name));
    let hint = suggestion.map_or(String::new(), |name| format!("; did you mean {name}?"));
    Managed::Unknown(format!("AWS published no managed policy {} up to {}{hint}", wanted.text, newest()))
}

struct Wanted<'a> {
    text: &'a str,
    /// An ARN spells the whole path.
    arn: bool,
}

impl Wanted<'_> {
    fn is(&self, path_and_name: &str) -> bool {
        path_and_name == self.text || (!self.arn && bare(path_and_name) == self.text)
    }

    /// The same name in other letters, or with one character more, less or different.
    fn nearly(&self, path_and_name: &str) -> bool {
        let (wanted, name) = (bare(self.text), bare(path_and_name));
        let shorter = wanted.len().min(name.len());
        if wanted.len().max(name.len()) > shorter + 1 {
            return false;
        }
        let (a, b) = (wanted.as_bytes(), name.as_bytes());
        let front = a.iter().zip(b).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        let back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        front + back + 1 >= a.len().max(b.len())
    }
}

fn bare(path_and_name: &str) -> &str {
    path_and_name.rsplit('/').next().unwrap_or(path_and_name)
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

/// The day of the newest policy in the table.
fn newest() -> &'static str {
    NAMES.lines().find_map(|line| line.strip_prefix("# newest: ")).unwrap_or("the day of the table")
}

impl ManagedDocument {
    /// The document, every part of it at the place where the policy is attached.
    pub fn value(self, span: Span) -> Value {
        serde_json::from_str(self.json).map_or_else(|_| Value::null(span), |json| from_json(json, span))
    }
}

fn from_json(json: serde_json::Value, span: Span) -> Value {
    match json {
        serde_json::Value::Null => Value::null(span),
        serde_json::Value::Bool(value) => Value::bool(value, span),
        serde_json::Value::Number(number) => match Number::parse(&number.to_string()) {
            Some(number) => Value::new(Data::Number(number), span),
            None => Value::null(span),
        },
        serde_json::Value::String(text) => Value::string(text, span),
        serde_json::Value::Array(items) => {
            Value::list(items.into_iter().map(|item| from_json(item, span)).collect(), span)
        }
        serde_json::Value::Object(entries) => {
            let entry =
                |(key, value): (String, _)| (Arc::from(key), Entry { key_span: span, value: from_json(value, span) });
            Value::map(entries.into_iter().map(entry), span)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn every_row_is_a_document() {
        let span = Span::new(FileId(0), 0, 0);
        let mut count = 0;
        for row in rows(STATEMENTS) {
            let (name, json) = row.split_once(' ').unwrap();
            let document = ManagedDocument { json }.value(span);
            assert!(!document.get("Statement").as_list().unwrap().items.is_empty(), "{name}");
            assert!(rows(NAMES).any(|known| known == name), "{name} is not among the names");
            count += 1;
        }
        assert_eq!(count, 61);
        assert!(rows(NAMES).is_sorted());
    }

    #[test]
    fn looked_up_by_arn_and_by_name() {
        let found = |name: &str| matches!(managed(name), Managed::Statements(_));
        assert!(found("arn:aws:iam::aws:policy/AmazonSNSFullAccess"));
        assert!(found("arn:aws-us-gov:iam::aws:policy/service-role/AWSIoTRuleActions"));
        assert!(found("service-role/AWSIoTRuleActions"));
        assert!(found("AWSIoTRuleActions"));
        assert_eq!(managed("arn:aws:iam::aws:policy/ReadOnlyAccess"), Managed::Nothing);
        assert_eq!(managed("arn:aws:iam::aws:policy/AmazonCognitoIdpServiceRolePolicy").clone(), {
            managed("arn:aws:iam::aws:policy/AmazonCognitoIdpServiceRolePolicy")
        });
    }

    #[test]
    fn a_name_has_one_path() {
        let names: std::collections::BTreeSet<String> =
            rows(NAMES).map(|name| bare(name).to_ascii_lowercase()).collect();
        assert_eq!(names.len(), rows(NAMES).count());
        assert_eq!(
            managed("arn:aws:iam::aws:policy/AWSIoTRuleActions"),
            Managed::Misplaced(
                "AWS publishes no managed policy AWSIoTRuleActions, only service-role/AWSIoTRuleActions".to_owned()
            )
        );
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown() {
        let hint = |name: &str| match managed(name) {
            Managed::Unknown(hint) => hint,
            other => panic!("{name}: {other:?}"),
        };
        let typo = hint("arn:aws:iam::aws:policy/AmazonSNSFulAccess");
        assert_eq!(
            typo,
            "AWS published no managed policy AmazonSNSFulAccess up to 2026-09-30; did you mean AmazonSNSFullAccess?"
        );
        assert!(
            hint("arn:aws:iam::aws:policy/awsiotruleactions").ends_with("did you mean service-role/AWSIoTRuleActions?")
        );
        assert!(!hint("arn:aws:iam::aws:policy/SomethingOfNextYear").contains("did you mean"));
        assert!(hint("arn:aws:iam::111122223333:policy/AmazonSNSFullAccess").contains("no managed policy"));
    }
}
