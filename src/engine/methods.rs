//! Questions about resources that no attribute answers: what IAM policies allow. A rule asks them as methods of a resource
//! and gets an [`Answer`].

use crate::frontend::Dialect;
use crate::graph::kinds::named;
use crate::graph::link::Link;
use crate::graph::{Graph, NodeId};
use crate::iam::{self, Assuming, Fault, Path, Request, Sending, role_facts, user_pool_arn};
use crate::source::Span;
use crate::value::{Data, ResourceRef, Scenario, ScopeId, Term, Tri, Unknown, Value, Variable, Why};
use std::fmt;
use std::sync::Arc;

/// A method of a kind of resource.
pub struct Method {
    /// The kind that has it.
    pub kind: &'static str,
    /// What rules call it.
    pub name: &'static str,
    /// The kinds of its parameters.
    pub parameters: &'static [&'static str],
    /// One sentence for the vocabulary page.
    pub doc: &'static str,
    /// What its answer may hold besides `allowed`.
    pub fields: &'static [(&'static str, FieldKind)],
    /// Answers it: for a resource of the kind and one of each parameter's kind.
    pub run: fn(&Graph, NodeId, &[NodeId], &Scenario) -> Answer,
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)
    }
}

/// What a field of an [`Answer`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text.
    Text,
    /// A place.
    Place,
    /// Yes or no.
    Truth,
}

/// The answer to a method's question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether it is allowed; the rule reads it as `allowed`.
    pub verdict: Tri,
    /// Why the verdict, or a field, is not known: a phrase.
    pub because: String,
    /// The phrase without names, for counting.
    pub class: String,
    /// Set when the verdict would be known in each class of this variable.
    pub open: Option<Arc<Variable>>,
    /// What else there is to say, by name. A field of [`Method::fields`] that is missing here reads as `()`.
    pub fields: Vec<(&'static str, AnswerField)>,
}

impl Answer {
    /// An answer that nothing is known of.
    pub fn unknown(because: impl Into<String>, class: impl Into<String>) -> Self {
        Self { verdict: Tri::Unknown, because: because.into(), class: class.into(), open: None, fields: Vec::new() }
    }

    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&AnswerField> {
        self.fields.iter().find(|(own, _)| *own == name).map(|(_, field)| field)
    }
}

/// A field of an [`Answer`].
#[derive(Clone, Debug)]
pub enum AnswerField {
    /// A text.
    Text(String),
    /// A place.
    Place(Span),
    /// Yes, no, or not known: reading it then ends the check.
    Truth(Tri),
}

/// All methods.
pub static METHODS: &[Method] = &[
    Method {
        kind: "role",
        name: "may_send_sms",
        parameters: &["user_pool"],
        doc: "Whether the role's policies let Cognito send the pool's text messages.",
        fields: EXPLAINED,
        run: may_send_sms,
    },
    Method {
        kind: "role",
        name: "lets_cognito_in",
        parameters: &["user_pool"],
        doc: "Whether the role's trust policy lets Cognito assume it for the pool.",
        fields: TRUST,
        run: lets_cognito_in,
    },
    Method {
        kind: "user_pool",
        name: "organization_lets_it_send",
        parameters: &[],
        doc: "Whether no organization policy in the input keeps the pool's role from sending text messages.",
        fields: EXPLAINED,
        run: organization_lets_it_send,
    },
    Method {
        kind: "role",
        name: "lets_anyone_in",
        parameters: &[],
        doc: "Whether the trust policy lets everybody in AWS in, under no condition.",
        fields: FOUND,
        run: lets_anyone_in,
    },
    Method {
        kind: "role",
        name: "lets_id_holders_in",
        parameters: &[],
        doc: "Whether the trust policy lets everybody in AWS in who knows the external id.",
        fields: FOUND,
        run: lets_id_holders_in,
    },
    Method {
        kind: "role",
        name: "trusts_any_pool",
        parameters: &["user_pool"],
        doc: "Whether the trust policy lets Cognito in whoever owns the pool: without external id, source ARN or source account.",
        fields: FOUND,
        run: trusts_any_pool,
    },
    Method {
        kind: "role",
        name: "has_dead_condition",
        parameters: &["user_pool"],
        doc: "Whether a statement about the pool's text messages has a condition on a key that the call never carries.",
        fields: FOUND,
        run: has_dead_condition,
    },
    Method {
        kind: "role",
        name: "may_do_too_much",
        parameters: &["user_pool"],
        doc: "Whether the statement that lets the role send text messages allows a whole service, or more.",
        fields: FOUND,
        run: may_do_too_much,
    },
    Method {
        kind: "user_pool",
        name: "may_precede_policy_of",
        parameters: &["role"],
        doc: "Whether the pool may be created before the policy that lets the role send text messages (CloudFormation).",
        fields: FOUND,
        run: may_precede_policy_of,
    },
    Method {
        kind: "user_pool",
        name: "shares_stack_with",
        parameters: &["role"],
        doc: "Whether the role is in the same stack, or root module, as the pool.",
        fields: FOUND,
        run: shares_stack_with,
    },
];

const EXPLAINED: &[(&str, FieldKind)] =
    &[("reason", FieldKind::Text), ("explanation", FieldKind::Text), ("place", FieldKind::Place)];

const FOUND: &[(&str, FieldKind)] = &[
    ("found", FieldKind::Truth),
    ("reason", FieldKind::Text),
    ("explanation", FieldKind::Text),
    ("place", FieldKind::Place),
];

const TRUST: &[(&str, FieldKind)] = &[
    ("reason", FieldKind::Text),
    ("explanation", FieldKind::Text),
    ("place", FieldKind::Place),
    ("only_external_id_differs", FieldKind::Truth),
];

fn may_send_sms(graph: &Graph, role: NodeId, pool: &[NodeId], scenario: &Scenario) -> Answer {
    let Some(pool) = pool.first() else { return no_pool() };
    let sending = sending(graph, *pool, Some(role), scenario);
    let sending = match &*sending {
        Ok(sending) => sending,
        Err(unknown) => return unknown.clone(),
    };
    let answer = iam::may_send(&role_facts(graph, role, scenario), sending, scenario);
    explained(&answer, answer.reason(), answer.explanation(), graph.read(role, "role_name").place)
}

fn lets_cognito_in(graph: &Graph, role: NodeId, pool: &[NodeId], scenario: &Scenario) -> Answer {
    let Some(assuming) = pool.first().and_then(|pool| assuming(graph, *pool, scenario)) else { return no_pool() };
    let trust = iam::cognito_may_assume(&role_facts(graph, role, scenario), &assuming, scenario);
    let mut answer = explained(&trust.answer, trust.reason(), trust.explanation(), graph.read(role, "role_name").place);
    let only_external_id = match trust.answer.verdict {
        Tri::No => Tri::from(trust.external_id.is_some()),
        Tri::Yes => Tri::No,
        Tri::Unknown => Tri::Unknown,
    };
    answer.fields.push(("only_external_id_differs", AnswerField::Truth(only_external_id)));
    answer
}

fn organization_lets_it_send(graph: &Graph, pool: NodeId, _: &[NodeId], scenario: &Scenario) -> Answer {
    let reference = graph.read(pool, "sms.role");
    let role = match graph.follow(pool, &reference.value.under(scenario), "role", "arn") {
        Link::Node(role) => Some(role),
        _ => None,
    };
    let sending = sending(graph, pool, role, scenario);
    let sending = match &*sending {
        Ok(sending) => sending,
        Err(unknown) => return unknown.clone(),
    };
    let policies = iam::organization_policies(graph, &sending.account, scenario);
    let answer = iam::not_denied_by(&policies, &Request::sending(sending, scenario), scenario);
    explained(&answer, answer.reason(), answer.explanation(), reference.place)
}

fn lets_anyone_in(graph: &Graph, role: NodeId, _: &[NodeId], scenario: &Scenario) -> Answer {
    found(iam::open_to_anyone(&role_facts(graph, role, scenario).trust, false, scenario))
}

fn lets_id_holders_in(graph: &Graph, role: NodeId, _: &[NodeId], scenario: &Scenario) -> Answer {
    found(iam::open_to_anyone(&role_facts(graph, role, scenario).trust, true, scenario))
}

fn trusts_any_pool(graph: &Graph, role: NodeId, pool: &[NodeId], scenario: &Scenario) -> Answer {
    let Some(assuming) = pool.first().and_then(|pool| assuming(graph, *pool, scenario)) else { return no_pool() };
    found(iam::unguarded(&role_facts(graph, role, scenario).trust, &assuming, scenario))
}

fn has_dead_condition(graph: &Graph, role: NodeId, pool: &[NodeId], scenario: &Scenario) -> Answer {
    let Some(assuming) = pool.first().and_then(|pool| assuming(graph, *pool, scenario)) else { return no_pool() };
    with_sending(graph, role, pool, scenario, |sending| {
        iam::dead_condition(&role_facts(graph, role, scenario), sending, &assuming, scenario)
    })
}

fn may_do_too_much(graph: &Graph, role: NodeId, pool: &[NodeId], scenario: &Scenario) -> Answer {
    with_sending(graph, role, pool, scenario, |sending| {
        iam::broad_permission(&role_facts(graph, role, scenario), sending, scenario)
    })
}

/// Terraform's provider tries again while the policy is on its way; and in another stack the order is a matter of stacks.
fn may_precede_policy_of(graph: &Graph, pool: NodeId, role: &[NodeId], scenario: &Scenario) -> Answer {
    let role_node = role.first().and_then(|role| Some((*role, &graph.node(*role)?.resource.id)));
    let (Some(pool_node), Some((role, role_id))) = (graph.node(pool), role_node) else { return no_pool() };
    let pool_id = &pool_node.resource.id;
    if pool_node.dialect != Dialect::CloudFormation || role_id.scope != pool_id.scope {
        return found(Fault::None);
    }
    with_sending(graph, role, &[pool], scenario, |sending| {
        let comes_late =
            |policy: &ResourceRef| policy.scope == pool_id.scope && graph.is_created_before(policy, pool_id).is_no();
        iam::waits_for(&role_facts(graph, role, scenario), sending, scenario, comes_late)
    })
}

fn shares_stack_with(graph: &Graph, pool: NodeId, role: &[NodeId], _: &Scenario) -> Answer {
    let scope = |id: NodeId| graph.node(id).map(|node| node.resource.id.scope);
    let same = role.first().is_some_and(|role| scope(*role) == scope(pool));
    Answer { verdict: same.into(), fields: vec![("found", AnswerField::Truth(same.into()))], ..found(Fault::None) }
}

/// The pool as a sender of text messages. The role's account and ARN count where it is in the input.
fn sending(graph: &Graph, pool: NodeId, role: Option<NodeId>, scenario: &Scenario) -> Arc<Result<Sending, Answer>> {
    graph.remember("sending", (pool, role), scenario, || read_sending(graph, pool, role, scenario))
}

fn read_sending(graph: &Graph, pool: NodeId, role: Option<NodeId>, scenario: &Scenario) -> Result<Sending, Answer> {
    let read = |path: &str| graph.read(pool, path).value.under(scenario);
    let path = match read("sms.eums").data {
        Data::Map(_) => Path::Eums(read("sms.eums.origination_identity")),
        Data::Absent => Path::Sns(read("sms.region")),
        _ => return Err(Answer::unknown("how the pool sends text messages is not known", "value that is not known")),
    };
    Ok(Sending {
        path,
        account: graph.account_of(role.unwrap_or(pool)),
        region: graph.region_of(pool),
        role_arn: role.map_or_else(|| read("sms.role"), |role| written_arn(graph, role)),
    })
}

/// The pool as somebody who has the role assumed.
fn assuming(graph: &Graph, pool: NodeId, scenario: &Scenario) -> Option<Arc<Assuming>> {
    graph.node(pool)?;
    Some(graph.remember("assuming", (pool, None), scenario, || read_assuming(graph, pool, scenario)))
}

fn read_assuming(graph: &Graph, pool: NodeId, scenario: &Scenario) -> Assuming {
    let account = graph.account_of(pool);
    let place = graph.read(pool, "sms").value.span;
    let partition = Value::unknown(
        Unknown::new(Why::Pseudo("AWS::Partition".into()), Term::Pseudo(ScopeId(u32::MAX), "AWS::Partition".into())),
        place,
    );
    Assuming {
        pool_arn: user_pool_arn(&partition, &graph.region_of(pool), &account, place),
        account,
        external_id: graph.read(pool, "sms.external_id").value.under(scenario),
    }
}

fn with_sending(
    graph: &Graph,
    role: NodeId,
    pool: &[NodeId],
    scenario: &Scenario,
    look: impl FnOnce(&Sending) -> Fault,
) -> Answer {
    let Some(pool) = pool.first() else { return no_pool() };
    match &*sending(graph, *pool, Some(role), scenario) {
        Ok(sending) => found(look(sending)),
        Err(unknown) => unknown.clone(),
    }
}

fn no_pool() -> Answer {
    Answer::unknown("the user pool is not in the input", "resource that is not in the input")
}

fn written_arn(graph: &Graph, role: NodeId) -> Value {
    let handle = named("role").and_then(|kind| kind.handles.iter().find(|handle| handle.name == "arn"));
    handle.map_or_else(|| graph.read(role, "role_name").value, |handle| (handle.written)(graph, role))
}

/// The evaluator's answer in the words of rules. Without a statement to point at, the role itself is the place.
fn explained(answer: &iam::Answer, reason: String, explanation: Option<(Span, String)>, role: Span) -> Answer {
    let (place, explanation) = explanation.unwrap_or_else(|| (role, reason.clone()));
    Answer {
        verdict: answer.verdict,
        because: reason.clone(),
        class: "policy that is not known".into(),
        open: answer.variables().into_iter().next(),
        fields: vec![
            ("reason", AnswerField::Text(reason)),
            ("explanation", AnswerField::Text(explanation)),
            ("place", AnswerField::Place(place)),
        ],
    }
}

/// What was looked for, as an answer: its verdict is `found`.
fn found(fault: Fault) -> Answer {
    match fault {
        Fault::None => Answer {
            verdict: Tri::No,
            because: String::new(),
            class: String::new(),
            open: None,
            fields: vec![("found", AnswerField::Truth(Tri::No))],
        },
        Fault::Unknown(doubt) => {
            let because = doubt.reason.to_string();
            let mut answer = Answer::unknown(because, "policy that is not known");
            answer.open = doubt.variable;
            answer.fields.push(("found", AnswerField::Truth(Tri::Unknown)));
            answer
        }
        Fault::Found { reason, label, span } => Answer {
            verdict: Tri::Yes,
            because: reason.clone(),
            class: String::new(),
            open: None,
            fields: vec![
                ("found", AnswerField::Truth(Tri::Yes)),
                ("reason", AnswerField::Text(reason)),
                ("explanation", AnswerField::Text(label)),
                ("place", AnswerField::Place(span)),
            ],
        },
    }
}
