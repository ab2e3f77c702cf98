//! Layers of policies and a call: may it happen?
//!
//! An explicit Deny in any layer wins. Otherwise every layer must allow the call: the identity policies together, the
//! permissions boundary if there is one, every level of service control policies if there are any. (IAM User Guide,
//! "Policy evaluation logic"; Organizations User Guide, "SCP evaluation".) Statements are independent of each other and
//! their order does not matter. Kleene's logic throughout: a certain "no" in one part outweighs unknown others.

use super::answer::{Answer, Basis, Because, Detail, LayerKind, NearMiss, Part, StmtRef};
use super::document::{Clause, Effect, Policy, Statement, Version};
use super::judged::{Doubt, Judged};
use super::near;
use super::request::Request;
use super::statement::Parts;
use super::{Attached, Document, managed};
use crate::source::Span;
use crate::value::{Scenario, Tri};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Policies that are evaluated together.
#[derive(Clone, Debug)]
pub struct Layer<'a> {
    /// What they are for.
    pub kind: LayerKind,
    /// The policies.
    pub policies: Vec<&'a Attached>,
    /// Set when there may be further ones that nobody sees; a phrase that says why.
    pub open: Option<Arc<str>>,
}

impl<'a> Layer<'a> {
    /// A layer whose policies are all known.
    pub fn new(kind: LayerKind, policies: impl IntoIterator<Item = &'a Attached>) -> Self {
        Self { kind, policies: policies.into_iter().collect(), open: None }
    }
}

/// Whether the call may happen, as far as these layers decide it, in a scenario.
pub fn evaluate(layers: &[Layer<'_>], request: &Request, scenario: &Scenario) -> Answer {
    decide(&read_layers(layers, scenario), request)
}

/// The layers with their documents read, for calls that differ.
pub(super) fn read_layers<'a>(layers: &'a [Layer<'a>], scenario: &Scenario) -> Vec<ReadLayer<'a>> {
    layers.iter().map(|layer| ReadLayer::read(layer, scenario)).collect()
}

/// Whether the call may happen, as far as these layers decide it.
pub(super) fn decide(read: &[ReadLayer<'_>], request: &Request) -> Answer {
    let judged: Vec<Vec<Judgement<'_>>> = read.iter().map(|layer| layer.judge(request)).collect();
    let denied = Tri::any(judged.iter().flatten().map(Judgement::denies));
    let allowed: Vec<Tri> = read.iter().zip(&judged).map(|(layer, judged)| layer.allows(judged)).collect();
    let verdict = Tri::all(allowed.iter().copied()).and(!denied);
    let basis = match verdict {
        Tri::Yes => Basis::Allowed { by: judged.iter().filter_map(|judged| first_allow(judged)).collect() },
        Tri::No if denied.is_yes() => Basis::Denied { by: denials(&judged) },
        Tri::No => lacking(read, &judged, &allowed, request),
        Tri::Unknown => Basis::Open { because: openings(&judged, &allowed) },
    };
    Answer { call: request.call, verdict, basis }
}

/// A layer with its documents read.
pub(super) struct ReadLayer<'a> {
    layer: &'a Layer<'a>,
    policies: Vec<ReadPolicy<'a>>,
}

struct ReadPolicy<'a> {
    attached: &'a Attached,
    presence: Judged,
    policy: Policy,
}

/// A statement, or a policy that is not known, with what became of it in a call.
pub(super) struct Judgement<'a> {
    pub at: StmtRef,
    /// The statement with its policy's version; `None` for a policy, or the rest of one, that is not known.
    pub statement: Option<(&'a Statement, &'a Version)>,
    pub parts: Parts,
    presence: Judged,
    matched: Tri,
}

impl<'a> ReadLayer<'a> {
    fn read(layer: &'a Layer<'a>, scenario: &Scenario) -> Self {
        let policies = layer.policies.iter().map(|attached| ReadPolicy {
            attached,
            presence: attached.presence.judge(scenario, attached.span),
            policy: read_document(attached, scenario),
        });
        Self { layer, policies: policies.filter(|policy| !policy.presence.is_no()).collect() }
    }

    fn judge(&self, request: &Request) -> Vec<Judgement<'_>> {
        let mut judged = Vec::new();
        for read in &self.policies {
            let at = |statement: Option<(usize, &Statement)>| StmtRef {
                layer: self.layer.kind,
                policy: read.attached.name.clone(),
                index: statement.map(|(index, _)| index),
                sid: statement.and_then(|(_, statement)| statement.sid.clone()),
                span: Some(statement.map_or(read.attached.span, |(_, statement)| statement.span)),
                effect_span: Some(statement.map_or(read.attached.span, |(_, statement)| statement.effect_span)),
            };
            for (index, statement) in read.policy.statements.iter().enumerate() {
                let parts = Parts::judge(statement, &read.policy.version, request);
                let presence = Judged::all([read.presence.clone(), statement.presence.clone()]);
                let matched = parts.answer().and(presence.answer);
                let at = at(Some((index, statement)));
                let statement = Some((statement, &read.policy.version));
                judged.push(Judgement { at, statement, parts, presence, matched });
            }
            if let Some(doubt) = &read.policy.open {
                judged.push(Judgement::unknown(at(None), doubt.clone()));
            }
        }
        if let Some(why) = &self.layer.open {
            let at = StmtRef::of_layer(self.layer.kind);
            judged.push(Judgement::unknown(at, Doubt::text(why.clone(), None)));
        }
        judged
    }

    /// What the first statement allows, else where the first policy is.
    fn place(&self) -> Option<Span> {
        let statements = self.policies.iter().flat_map(|read| &read.policy.statements);
        let mut allows = statements.filter(|statement| matches!(statement.effect, Effect::Allow));
        let written = allows.find_map(|statement| match &statement.action {
            Clause::Given { span, .. } => Some(*span),
            _ => None,
        });
        written.or_else(|| self.policies.first().map(|read| read.attached.span))
    }

    /// Policies that the role names and that do not exist.
    fn missing(&self) -> impl Iterator<Item = NearMiss> {
        self.policies.iter().filter_map(|read| {
            let Document::AwsManaged(name) = &read.attached.document else { return None };
            let managed::Managed::Misplaced(why) = managed::managed(name) else { return None };
            let span = read.attached.span;
            let statement = StmtRef { policy: name.clone(), span: Some(span), ..StmtRef::of_layer(self.layer.kind) };
            Some(NearMiss { statement, failed: Part::Presence, span, detail: Detail::NoSuchPolicy(why) })
        })
    }

    fn allows(&self, judged: &[Judgement<'_>]) -> Tri {
        if self.layer.kind == LayerKind::DenyOnly { Tri::Yes } else { Tri::any(judged.iter().map(Judgement::allows)) }
    }
}

pub(super) fn read_document(attached: &Attached, scenario: &Scenario) -> Policy {
    let unknown = |why: Arc<str>| Policy::unknown(Doubt::text(why, Some(attached.span)), attached.span);
    match &attached.document {
        Document::Inline(document) => Policy::read(document, scenario),
        Document::AwsManaged(name) => match managed::managed(name) {
            managed::Managed::Statements(document) => Policy::read(&document.value(attached.span), scenario),
            managed::Managed::Nothing | managed::Managed::Misplaced(_) => Policy::empty(attached.span),
            managed::Managed::Unknown(hint) => unknown(hint.into()),
        },
        Document::Unknown(why) => unknown(why.clone()),
    }
}

impl Judgement<'_> {
    fn unknown(at: StmtRef, doubt: Doubt) -> Self {
        Self { at, statement: None, parts: Parts::covering(), presence: Judged::open(doubt), matched: Tri::Unknown }
    }

    fn effect(&self) -> Option<&Effect> {
        self.statement.map(|(statement, _)| &statement.effect)
    }

    /// What it contributes to "some statement allows it".
    fn allows(&self) -> Tri {
        match self.effect() {
            Some(Effect::Allow) | None => self.matched,
            Some(Effect::Unclear(_)) => self.matched.and(Tri::Unknown),
            Some(Effect::Deny | Effect::Invalid(_)) => Tri::No,
        }
    }

    /// What it contributes to "some statement denies it".
    fn denies(&self) -> Tri {
        match self.effect() {
            Some(Effect::Deny) | None => self.matched,
            Some(Effect::Unclear(_)) => self.matched.and(Tri::Unknown),
            Some(Effect::Allow | Effect::Invalid(_)) => Tri::No,
        }
    }

    /// Every part that keeps it open.
    fn because(&self) -> Vec<Because> {
        let mut because: Vec<Because> = Vec::new();
        if let Some(Effect::Unclear(doubt)) = self.effect() {
            because.push(Because { statement: self.at.clone(), part: Part::Effect, doubt: doubt.clone() });
        }
        for (part, judged) in self.parts.each().into_iter().chain([(Part::Presence, &self.presence)]) {
            let doubts = judged.doubts.iter().filter(|_| judged.answer.is_unknown());
            because.extend(doubts.map(|doubt| Because { statement: self.at.clone(), part, doubt: doubt.clone() }));
        }
        because
    }
}

fn first_allow(judged: &[Judgement<'_>]) -> Option<StmtRef> {
    judged.iter().find(|judgement| judgement.allows().is_yes()).map(|judgement| judgement.at.clone())
}

fn denials(judged: &[Vec<Judgement<'_>>]) -> Vec<StmtRef> {
    let denying = judged.iter().flatten().filter(|judgement| judgement.denies().is_yes());
    denying.map(|judgement| judgement.at.clone()).collect()
}

/// The first layer that allows nothing, and what comes near in it.
fn lacking(read: &[ReadLayer<'_>], judged: &[Vec<Judgement<'_>>], allowed: &[Tri], request: &Request) -> Basis {
    let lacking = read.iter().zip(judged).zip(allowed).find(|(_, allowed)| allowed.is_no());
    let Some(((layer, judged), _)) = lacking else {
        return Basis::NotAllowed { layer: LayerKind::Identity, policies: Vec::new(), place: None, near: Vec::new() };
    };
    Basis::NotAllowed {
        layer: layer.layer.kind,
        policies: layer.policies.iter().map(|policy| policy.attached.name.clone()).collect(),
        place: layer.place(),
        near: near::misses(judged, request).into_iter().chain(layer.missing()).collect(),
    }
}

/// What keeps the answer open: statements that may deny, and in layers that may allow the statements that may do so.
fn openings(judged: &[Vec<Judgement<'_>>], allowed: &[Tri]) -> Vec<Because> {
    let mut because = Vec::new();
    let mut seen = BTreeSet::new();
    for (judged, allowed) in judged.iter().zip(allowed) {
        let matters = |judgement: &&Judgement<'_>| {
            judgement.denies().is_unknown() || (allowed.is_unknown() && judgement.allows().is_unknown())
        };
        for opening in judged.iter().filter(matters).flat_map(Judgement::because) {
            let variable = opening.doubt.variable.as_ref().map(|variable| variable.term.clone());
            if seen.insert((opening.statement.policy.clone(), opening.part, opening.doubt.reason.to_string(), variable))
            {
                because.push(opening);
            }
        }
    }
    because
}
