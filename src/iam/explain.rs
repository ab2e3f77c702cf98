//! Answers in a person's words.
//!
//! [`Answer::reason`] is a phrase that can follow a colon; [`Answer::explanation`] is a label for one place, the deciding
//! statement or the nearest one.

use super::answer::{Answer, Basis, Because, Detail, LayerKind, NearMiss, StmtRef};
use super::judged::Reason;
use super::request::{COGNITO, Call, EXTERNAL_ID};
use super::symbolic::shorten;
use super::trust::{ExternalIdMismatch, TrustAnswer};
use crate::source::Span;

/// The longest reason of a yes or no, in characters: a heading's length.
const LONGEST_REASON: usize = 140;

/// The longest reason of an open answer, in characters.
const LONGEST_DOUBT: usize = 240;

impl Answer {
    /// Why the answer is what it is: a phrase that can follow a colon.
    pub fn reason(&self) -> String {
        let longest = if self.verdict.is_unknown() { LONGEST_DOUBT } else { LONGEST_REASON };
        let reason = match &self.basis {
            Basis::Allowed { by } => allowed(self.call, by.first()),
            Basis::Denied { by } => denied(self.call, by.first()),
            Basis::NotAllowed { layer, policies, near, .. } => match near.first() {
                Some(near) => self.near_reason(*layer, near),
                None => nothing_allows(self.call, *layer, policies.first().map(AsRef::as_ref)),
            },
            Basis::Open { because } => because.first().map_or_else(|| "it is not known".to_owned(), open),
        };
        shorten(&reason, longest)
    }

    /// What is to be said at the deciding or nearest statement, and where; `None` when there is no such place.
    pub fn explanation(&self) -> Option<(Span, String)> {
        match &self.basis {
            Basis::Allowed { by } => place(by.first()?, "allows it"),
            Basis::Denied { by } => {
                place(by.first()?, &format!("this Deny covers {}; a Deny outweighs every Allow", self.call.action()))
            }
            Basis::NotAllowed { near, place, .. } => match near.first() {
                Some(near) => Some((near.span, self.near_label(near))),
                None => place.map(|place| (place, format!("{} is not among what this allows", self.call.action()))),
            },
            Basis::Open { because } => {
                let span = because.iter().find_map(|because| because.doubt.span.or(because.statement.effect_span))?;
                Some((span, "not known".to_owned()))
            }
        }
    }

    fn near_reason(&self, layer: LayerKind, near: &NearMiss) -> String {
        let action = self.call.action();
        let who = subject(layer, near);
        let trust = self.call == Call::CognitoAssume;
        match &near.detail {
            Detail::TopicOnly(listed) => format!("{who} allows {action} on topics only ({})", some_of(listed)),
            Detail::OtherResource(listed) => {
                format!("{who} allows {action} on other resources only ({})", some_of(listed))
            }
            Detail::ResourceExcluded => format!("{who} allows {action}, but takes this resource out with NotResource"),
            Detail::OtherAction(listed) if trust => {
                format!("the trust policy allows {}, not {action}", and(listed))
            }
            Detail::OtherAction(listed) => format!("{who} allows {}, not {action}", and(listed)),
            Detail::ActionExcluded => format!("{who} allows all actions but some, and {action} is one of these"),
            Detail::OtherPrincipal(listed) => {
                format!("the trust policy lets {} assume the role, not {COGNITO}", and(listed))
            }
            Detail::PrincipalExcluded => format!("the trust policy takes {COGNITO} out with NotPrincipal"),
            Detail::KeyNeverPresent(key) => {
                format!("{who} allows {action} under a condition on {key}, a key that the call never carries")
            }
            Detail::MissingOnPool { key, wanted } => {
                format!("the trust policy demands {key} {}, and the pool sends none", or(wanted))
            }
            Detail::ValueDiffers { key, wanted, got } => {
                let both = format!("{who} demands {key} {}, and the call carries {}", or(wanted), quoted(got));
                let fits = both.chars().count() <= LONGEST_REASON;
                if fits { both } else { format!("{who} demands another {key} than the call carries") }
            }
            Detail::ValueForbidden { key, got: Some(got) } => {
                format!("{who} allows it only when {key} is not {}, and it is", quoted(got))
            }
            Detail::ValueForbidden { key, got: None } => {
                format!("{who} allows it under a condition on {key} that cannot hold")
            }
            Detail::InvalidEffect(text) => {
                format!("its Effect is {}, which is neither \"Allow\" nor \"Deny\"", quoted(text))
            }
            Detail::Incomplete => "its statement lacks a part that every statement must have".to_owned(),
            Detail::NoSuchPolicy(why) => why.clone(),
        }
    }

    fn near_label(&self, near: &NearMiss) -> String {
        let action = self.call.action();
        match &near.detail {
            Detail::TopicOnly(_) => "a text message is sent to a phone number, which no topic ARN covers".to_owned(),
            Detail::OtherResource(_) if self.call == Call::EumsSend => {
                "does not cover the origination identity as the pool writes it".to_owned()
            }
            Detail::OtherResource(_) => "does not cover a phone number".to_owned(),
            Detail::ResourceExcluded => "takes the resource of this call out".to_owned(),
            Detail::OtherAction(_) => format!("{action} is not among these"),
            Detail::ActionExcluded => format!("{action} is among these, and so is not allowed"),
            Detail::OtherPrincipal(_) => format!("does not include the service {COGNITO}"),
            Detail::PrincipalExcluded => format!("takes {COGNITO} out"),
            Detail::KeyNeverPresent(key) => format!("{}; this never holds", never_present(key, self.call)),
            Detail::MissingOnPool { key, .. } => format!("demands {key}, but the pool sends none"),
            Detail::ValueDiffers { key, got, .. } => format!("the call carries {key} {}", quoted(got)),
            Detail::ValueForbidden { key, .. } => format!("this condition on {key} does not hold"),
            Detail::InvalidEffect(_) => "only \"Allow\" and \"Deny\", written like this, are effects".to_owned(),
            Detail::Incomplete => "this statement is not complete".to_owned(),
            Detail::NoSuchPolicy(_) => "no policy has this path and name".to_owned(),
        }
    }
}

impl TrustAnswer {
    /// Why the answer is what it is: a phrase that can follow a colon.
    pub fn reason(&self) -> String {
        match &self.external_id {
            Some(mismatch) => shorten(&mismatch.reason(), LONGEST_REASON),
            None => self.answer.reason(),
        }
    }

    /// What is to be said at the deciding or nearest statement, and where.
    pub fn explanation(&self) -> Option<(Span, String)> {
        let mismatch = self.external_id.as_ref();
        mismatch.and_then(ExternalIdMismatch::explanation).or_else(|| self.answer.explanation())
    }
}

impl ExternalIdMismatch {
    /// Which external ids do not fit: a phrase that can follow a colon.
    pub fn reason(&self) -> String {
        let sent = self.sent.as_ref().map_or("none".to_owned(), |sent| quoted(sent));
        let demanded: Vec<String> = self.demanded.iter().map(|demanded| demanded.text.clone()).collect();
        if demanded.is_empty() {
            return format!("the trust policy's condition on {EXTERNAL_ID} does not hold, and the pool sends {sent}");
        }
        format!("the trust policy demands {EXTERNAL_ID} {}, and the pool sends {sent}", or(&demanded))
    }

    /// What is to be said at the condition, and where.
    pub fn explanation(&self) -> Option<(Span, String)> {
        let first = self.demanded.first().map(|demanded| demanded.span).or(self.condition_span)?;
        let text = match &self.sent {
            Some(sent) => format!("the pool sends {}", quoted(sent)),
            None => "the pool sends no ExternalId".to_owned(),
        };
        Some((first, text))
    }
}

/// Why a call does not carry a condition key.
pub(super) fn never_present(key: &str, call: Call) -> String {
    match key.to_ascii_lowercase().as_str() {
        "sns:protocol" | "sns:endpoint" => format!("{key} exists for sns:Subscribe only"),
        "aws:sourcearn" | "aws:sourceaccount" if call != Call::CognitoAssume => {
            format!("{key} is absent when a role's credentials are used and belongs into the trust policy")
        }
        _ => format!("the call never carries {key}"),
    }
}

/// Whose Allow it is.
fn subject(layer: LayerKind, near: &NearMiss) -> String {
    match layer {
        LayerKind::Trust => "the trust policy".to_owned(),
        LayerKind::Identity => "it".to_owned(),
        LayerKind::Boundary => "its permissions boundary".to_owned(),
        LayerKind::Scp(_) | LayerKind::DenyOnly => format!("the organization policy {}", near.statement.policy),
    }
}

fn nothing_allows(call: Call, layer: LayerKind, policy: Option<&str>) -> String {
    let action = call.action();
    match layer {
        LayerKind::Trust => format!("the trust policy has no statement that allows {action} to {COGNITO}"),
        LayerKind::Identity if policy.is_none() => "it has no policy at all".to_owned(),
        LayerKind::Identity => format!("nothing in its policies allows {action}"),
        LayerKind::Boundary => format!("its permissions boundary does not allow {action}"),
        LayerKind::Scp(_) | LayerKind::DenyOnly => {
            format!("at one level of the organization no service control policy allows {action}")
        }
    }
}

fn allowed(call: Call, by: Option<&StmtRef>) -> String {
    match by {
        Some(statement) => format!("{} allows {}", statement_name(statement), call.action()),
        None => format!("nothing denies {}", call.action()),
    }
}

fn denied(call: Call, by: Option<&StmtRef>) -> String {
    let name = by.map_or_else(|| "a statement".to_owned(), statement_name);
    format!("{name} explicitly denies {}", call.action())
}

fn open(because: &Because) -> String {
    let statement = &because.statement;
    let policy = match statement.layer {
        // A phrase about a policy as a whole names it.
        _ if statement.index.is_none() && matches!(because.doubt.reason, Reason::Text(_)) => String::new(),
        LayerKind::Trust => "in the trust policy: ".to_owned(),
        _ => format!("in the policy {}: ", statement.policy),
    };
    format!("{policy}{}", because.doubt.reason)
}

fn statement_name(statement: &StmtRef) -> String {
    let policy = match statement.layer {
        LayerKind::Trust => "the trust policy".to_owned(),
        LayerKind::Boundary => "its permissions boundary".to_owned(),
        LayerKind::Scp(_) | LayerKind::DenyOnly => format!("the organization policy {}", statement.policy),
        LayerKind::Identity => format!("its policy {}", statement.policy),
    };
    match &statement.sid {
        Some(sid) => format!("statement {sid} of {policy}"),
        None => policy,
    }
}

fn place(statement: &StmtRef, label: &str) -> Option<(Span, String)> {
    Some((statement.effect_span?, label.to_owned()))
}

fn quoted(text: &str) -> String {
    // What is described rather than quoted stands in parentheses.
    if text.starts_with('(') { text.to_owned() } else { format!("\"{text}\"") }
}

/// `"a"`, `"a" or "b"`, `"a", "b" or 3 more`
fn or(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    joined(&texts, "or")
}

/// `a`, `a and b`, `a, b and 3 more`
fn and(texts: &[String]) -> String {
    joined(texts, "and")
}

fn joined(texts: &[String], word: &str) -> String {
    match texts {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} {word} {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} {word} {} more", rest.len()),
    }
}

/// `a`, `a and 3 more`
fn some_of(texts: &[String]) -> String {
    match texts {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
    }
}
