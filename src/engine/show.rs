//! Values for messages. A message can always be written: what is not known is shown as what would fill it.

use crate::value::{Data, Part, Scenario, Term, Unknown, Value, Why};

/// Stands for a secret.
pub(super) const SENSITIVE: &str = "(sensitive)";

/// Longer texts are cut off.
const MOST_CHARACTERS: usize = 200;
/// Nested deeper than this, a list is shown as `...`.
const MOST_LEVELS: usize = 4;

/// A value as a message shows it: `arn:aws:iam::${AWS::AccountId}:role/${Env}-sms`.
pub(super) fn value(value: &Value, scenario: &Scenario) -> String {
    let mut text = at_level(value, scenario, MOST_LEVELS);
    if let Some((cut, _)) = text.char_indices().nth(MOST_CHARACTERS) {
        text.truncate(cut);
        text.push_str("...");
    }
    text
}

fn at_level(value: &Value, scenario: &Scenario, levels: usize) -> String {
    if value.sensitive {
        return SENSITIVE.to_owned();
    }
    let Some(below) = levels.checked_sub(1) else { return "...".to_owned() };
    match &value.data {
        Data::Null => "null".to_owned(),
        Data::Absent => "(none)".to_owned(),
        Data::Bool(flag) => flag.to_string(),
        Data::Number(number) => number.text().to_owned(),
        Data::String(text) => text.to_string(),
        Data::Text(text) => text.parts().iter().map(part).collect(),
        Data::Unknown(unknown) => hole(unknown),
        Data::Map(_) => "{...}".to_owned(),
        Data::List(list) => {
            let items = list.items.iter().filter(|item| !item.is_absent());
            let items = items.map(|item| at_level(item, scenario, below));
            let rest = list.rest.iter().map(|_| "...".to_owned());
            items.chain(rest).collect::<Vec<_>>().join(", ")
        }
        Data::Choice(choice) => match value.resolve(scenario) {
            Ok(arm) if !matches!(arm.data, Data::Choice(_)) => at_level(arm, scenario, below),
            _ => {
                let mut arms: Vec<String> = Vec::new();
                for (_, arm) in &choice.arms {
                    let arm = at_level(arm, scenario, below);
                    if !arms.contains(&arm) {
                        arms.push(arm);
                    }
                }
                arms.join(" or ")
            }
        },
    }
}

fn part(part: &Part) -> String {
    match part {
        Part::Literal(text, _) => text.to_string(),
        Part::Hole(unknown, _) => hole(unknown),
    }
}

fn hole(unknown: &Unknown) -> String {
    match &unknown.term {
        Term::Attribute(resource, attribute) => format!("${{{}.{attribute}}}", resource.address),
        Term::Parameter(_, name) | Term::Pseudo(_, name) => format!("${{{name}}}"),
        Term::Export(name) => format!("${{import {name}}}"),
        Term::Dynamic(text) => text.to_string(),
        Term::Literal(_) | Term::Call(..) | Term::Opaque(..) => reason(&unknown.why),
    }
}

fn reason(why: &Why) -> String {
    match why {
        Why::Parameter(name)
        | Why::Overridable(name)
        | Why::Pseudo(name)
        | Why::Attribute(name)
        | Why::DataSource(name)
        | Why::Function(name) => format!("${{{name}}}"),
        Why::Workspace => "${terraform.workspace}".to_owned(),
        _ => "${...}".to_owned(),
    }
}
