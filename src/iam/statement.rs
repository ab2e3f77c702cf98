//! Whether a statement covers a call: action, resource, principal and condition, each judged on its own.

use super::answer::Part;
use super::condition::{self, any_of};
use super::document::{Clause, Elements, Principals, Statement, Version};
use super::judged::{Doubt, Judged};
use super::request::{Asked, COGNITO, Call, Request};
use super::symbolic::{Rules, Symbolic, Token, covers, matches, may_meet};
use super::variables::compile;
use crate::value::Tri;

/// The parts of a statement, judged.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub action: Judged,
    pub principal: Judged,
    pub resource: Judged,
    pub condition: Judged,
}

impl Parts {
    /// Judges every part of a statement.
    pub(super) fn judge(statement: &Statement, version: &Version, request: &Request) -> Self {
        let trust = request.call == Call::CognitoAssume;
        Self {
            action: action(&statement.action, request),
            principal: if trust { principal(&statement.principal) } else { Judged::YES },
            resource: if trust {
                Judged::YES
            } else {
                in_version(version, |variables| resource(&statement.resource, request, variables))
            },
            condition: in_version(version, |variables| conditions(statement, request, variables)),
        }
    }

    /// The parts of something of which nothing is known but whether it is there.
    pub(super) fn covering() -> Self {
        Self { action: Judged::YES, principal: Judged::YES, resource: Judged::YES, condition: Judged::YES }
    }

    /// The parts by name.
    pub(super) fn each(&self) -> [(Part, &Judged); 4] {
        [
            (Part::Action, &self.action),
            (Part::Principal, &self.principal),
            (Part::Resource, &self.resource),
            (Part::Condition, &self.condition),
        ]
    }

    /// Whether the statement covers the call.
    pub(super) fn answer(&self) -> Tri {
        Tri::all(self.each().map(|(_, part)| part.answer))
    }
}

/// Judges under the policy's version: `true` expands variables. Under an unknown version both must agree.
pub(super) fn in_version(version: &Version, judge: impl Fn(bool) -> Judged) -> Judged {
    match version {
        Version::Current => judge(true),
        Version::Old => judge(false),
        Version::Unclear(doubt) => Judged::whichever([judge(true), judge(false)], || doubt.clone()),
    }
}

/// A missing part covers nothing: IAM rejects the document.
fn clause<T>(clause: &Clause<T>, judge: impl FnOnce(&T) -> Judged) -> Judged {
    match clause {
        Clause::Missing => Judged::NO,
        Clause::Unclear(doubt) => Judged::open(doubt.clone()),
        Clause::Given { negated: false, of, .. } => judge(of),
        Clause::Given { negated: true, of, .. } => !judge(of),
    }
}

fn action(action: &Clause<Elements>, request: &Request) -> Judged {
    let called = plain(request.call.action());
    clause(action, |elements| {
        any_of(elements, |text| {
            // Most actions are written out, and need no tokens.
            if let Some(known) = text.known().filter(|known| !known.contains(['*', '?'])) {
                return known.eq_ignore_ascii_case(request.call.action()).into();
            }
            // Variables mean nothing in actions, so that this always compiles.
            let Some(pattern) = compile(text, true, None) else { return Judged::NO };
            let answer = matches(&pattern.tokens, &called, Rules { wild: true, fold: true });
            Judged::new(answer, || pattern.doubts)
        })
    })
}

fn resource(resource: &Clause<Elements>, request: &Request, variables: bool) -> Judged {
    clause(resource, |elements| {
        any_of(elements, |text| {
            let asked = match &request.resource {
                Asked::Nothing => return Judged::YES,
                Asked::Open(_) if text.known().is_some_and(is_star) => return Judged::YES,
                Asked::Open(doubt) => return Judged::open(doubt.clone()),
                Asked::Text(asked) => asked,
            };
            match compile(text, true, variables.then_some(request)) {
                Some(pattern) => pattern.judge(covers(&pattern.tokens, &asked.tokens()), asked),
                None => Judged::NO,
            }
        })
    })
}

fn is_star(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'*')
}

fn conditions(statement: &Statement, request: &Request, variables: bool) -> Judged {
    let entries = statement.conditions.entries.iter().map(|entry| condition::judge(entry, request, variables));
    Judged::all(entries.chain(statement.conditions.open.iter().map(|doubt| Judged::open(doubt.clone()))))
}

/// Whether Amazon Cognito is among the principals.
fn principal(principal: &Clause<Principals>) -> Judged {
    clause(principal, |principals| match principals {
        // IAM rejects even "*" in a trust policy; where it is taken, it means everybody.
        Principals::Bare(text) => match text.known() {
            Some(known) if is_star(known) => Judged::YES,
            _ => Judged::open(Doubt::text(format!("{} is no principal that IAM knows", text.show()), Some(text.span))),
        },
        Principals::Kinds { kinds, open } => {
            let kinds = kinds.iter().map(|(kind, ids)| any_of(ids, |id| is_cognito(kind, id)));
            let open = open.iter().map(|doubt| Judged::open(doubt.clone()));
            Judged::any(kinds.chain(open))
        }
    })
}

fn is_cognito(kind: &str, id: &Symbolic) -> Judged {
    match kind {
        "Service" => is_cognito_service(id),
        // Whether everybody in AWS includes services no document settles, and simulators differ.
        "AWS" | "*" => match matches(&id.tokens(), &[Token::Char('*')], Rules::default()) {
            Tri::No => Judged::NO,
            Tri::Unknown => Judged::new(Tri::Unknown, || id.doubts()),
            Tri::Yes => {
                Judged::open(Doubt::text("AWS does not say whether {\"AWS\": \"*\"} includes services", Some(id.span)))
            }
        },
        "Federated" | "CanonicalUser" => Judged::NO,
        other => Judged::open(Doubt::text(format!("IAM knows no kind of principal {other:?}"), Some(id.span))),
    }
}

fn is_cognito_service(id: &Symbolic) -> Judged {
    let answer = matches(&id.tokens(), &plain(COGNITO), Rules::default());
    if answer.is_no() && may_mean_cognito(id) {
        let text = format!("AWS does not say whether {} stands for Amazon Cognito", id.show());
        return Judged::open(Doubt::text(text, Some(id.span)));
    }
    Judged::new(answer, || id.doubts())
}

/// The regional form of the service principal, other letters, and wildcards: nothing public says whether IAM takes them. What
/// could not stand for Amazon Cognito even then is no doubt.
fn may_mean_cognito(id: &Symbolic) -> bool {
    let wild = |token| if matches!(token, Token::Char('*')) { Token::Star } else { token };
    let tokens: Vec<Token> = id.tokens().into_iter().map(wild).collect();
    let mut regional = plain("cognito-idp.");
    regional.push(Token::Star);
    regional.extend(plain(".amazonaws.com"));
    let generous = Rules { wild: true, fold: true };
    [regional, plain(COGNITO)].iter().any(|form| may_meet(&tokens, form, generous))
}

fn plain(text: &str) -> Vec<Token> {
    text.chars().map(Token::Char).collect()
}
