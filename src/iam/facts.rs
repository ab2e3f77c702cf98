//! What the graph says of a role: its trust policy, every policy that is attached to it anywhere, its boundary, and whether
//! more may be attached than anybody sees.

use super::{Attached, Document, Presence, RoleFacts};
use crate::frontend::Opening;
use crate::graph::kinds::{Attribute, Shape, named};
use crate::graph::link::Link;
use crate::graph::{Graph, NodeId, Reading};
use crate::source::Span;
use crate::value::{Data, Guard, Part, Scenario, Value};
use std::sync::Arc;

/// Collects what a scenario says of a role. Values that the scenario leaves open stay choices; the evaluator names the
/// variable they depend on.
pub fn role_facts(graph: &Graph, role: NodeId, scenario: &Scenario) -> RoleFacts {
    let mut collected = Collected { graph, role, scenario, policies: Vec::new(), open: None };
    collected.inline();
    collected.named_by_the_role();
    collected.policies_of_their_own();
    collected.attachments();
    collected.openings();
    RoleFacts {
        trust: graph.read(role, "trust").value.under(scenario),
        boundary: boundary(graph, role, scenario),
        policies: collected.policies,
        open: collected.open,
    }
}

struct Collected<'a> {
    graph: &'a Graph,
    role: NodeId,
    scenario: &'a Scenario,
    policies: Vec<Attached>,
    open: Option<Arc<str>>,
}

impl Collected<'_> {
    /// Policies written inside the role.
    fn inline(&mut self) {
        let list = self.graph.read(self.role, "inline_policies").value.under(self.scenario);
        let attributes = block_attributes("role", "inline_policies");
        for (presence, policy) in self.items(&list) {
            let block = Reading { place: policy.span, value: policy };
            let read = |name: &str| {
                let attribute = attributes.iter().find(|attribute| attribute.name == name);
                attribute.map(|attribute| self.graph.read_attribute(self.role, attribute, &block))
            };
            let (Some(name), Some(document)) = (read("policy_name"), read("document")) else { continue };
            let attached = Attached {
                name: name.value.as_str().map_or_else(|| "an inline policy".into(), Arc::from),
                presence: Presence::When(presence),
                document: inline_document(document.value.under(self.scenario)),
                span: document.place,
            };
            self.policies.push(attached);
        }
    }

    /// Managed policies in the role's own list.
    fn named_by_the_role(&mut self) {
        let list = self.graph.read(self.role, "managed_policies").value.under(self.scenario);
        for (presence, reference) in self.items(&list) {
            let attached = managed(self.graph, self.role, &reference, presence, self.scenario);
            self.policies.extend(attached);
        }
    }

    /// Policies that are resources and name the roles they belong to.
    fn policies_of_their_own(&mut self) {
        for kind in ["role_policy", "managed_policy"] {
            for policy in &self.graph.naming_role(kind, self.role) {
                self.for_this_role(*policy, |graph, presence, scenario| {
                    let document = graph.read(*policy, "document");
                    let name = graph.node(*policy).map_or_else(Arc::default, |node| node.resource.id.address.clone());
                    let document_value = inline_document(document.value.under(scenario));
                    Some(Attached { name, presence, document: document_value, span: document.place })
                });
            }
        }
    }

    /// Terraform's attachments.
    fn attachments(&mut self) {
        for attachment in &self.graph.naming_role("policy_attachment", self.role) {
            self.for_this_role(*attachment, |graph, presence, scenario| {
                let reference = graph.read(*attachment, "policy").value.under(scenario);
                let Presence::When(guard) = presence else {
                    let why = "the policy's presence is not known".into();
                    return Some(Attached {
                        name: "a policy".into(),
                        presence,
                        document: Document::Unknown(why),
                        span: reference.span,
                    });
                };
                managed(graph, *attachment, &reference, guard, scenario)
            });
        }
    }

    /// Adds what `make` makes when the resource lists this role among its `roles`; a reference that may mean this role leaves
    /// the role's policies open.
    fn for_this_role(&mut self, from: NodeId, make: impl Fn(&Graph, Presence, &Scenario) -> Option<Attached>) {
        let Some(node) = self.graph.node(from) else { return };
        let exists = node.resource.presence.clone();
        let list = self.graph.read(from, "roles").value.under(self.scenario);
        if !matches!(list.data, Data::List(_) | Data::Absent) {
            self.may_be_attached(from, "the roles of");
            return;
        }
        for (presence, reference) in self.items_of(from, &list) {
            match self.graph.follow(from, &reference, "role", "name") {
                Link::Node(role) if role == self.role => {
                    let presence = Presence::When(exists.clone().and(presence));
                    self.policies.extend(make(self.graph, presence, self.scenario));
                }
                Link::Unknown(_) if self.is_called(&reference) => {
                    self.leave_open(format!(
                        "{} names a role like this one in another stack",
                        node.resource.id.address
                    ));
                }
                Link::Unknown(_) => self.may_be_attached(from, "a role of"),
                Link::Node(_) | Link::Outside(_) | Link::Absent => {}
            }
        }
    }

    /// True when the role certainly has this name.
    fn is_called(&self, name: &Value) -> bool {
        let Some(handle) = named("role").and_then(|kind| kind.handles.iter().find(|handle| handle.name == "name"))
        else {
            return false;
        };
        (handle.written)(self.graph, self.role).same(name).is_yes()
    }

    /// A resource of the role's own scope names a role that nobody knows.
    fn may_be_attached(&mut self, from: NodeId, what: &str) {
        let (Some(own), Some(other)) = (self.graph.node(self.role), self.graph.node(from)) else { return };
        if own.resource.id.scope == other.resource.id.scope {
            self.leave_open(format!("{what} {} are not known", other.resource.id.address));
        }
    }

    fn leave_open(&mut self, why: String) {
        self.open.get_or_insert_with(|| why.into());
    }

    /// The known items of the role's own list.
    fn items(&mut self, list: &Value) -> Vec<(Guard, Value)> {
        self.items_of(self.role, list)
    }

    /// The known items of a list, each alternative with its guard. A list that is not known as a whole, or goes on in a way
    /// that nobody knows, leaves the role's policies open.
    fn items_of(&mut self, from: NodeId, list: &Value) -> Vec<(Guard, Value)> {
        let mut items = Vec::new();
        for (guard, list) in list.arms() {
            match &list.data {
                Data::List(list) => {
                    let arms = list.items.iter().flat_map(Value::arms).filter(|(_, item)| !item.is_absent());
                    items.extend(arms.map(|(inner, item)| (guard.clone().and(inner), item)));
                    if list.rest.is_some() {
                        self.may_be_attached(from, "all policies in");
                    }
                }
                Data::Absent | Data::Null => {}
                _ => self.may_be_attached(from, "the policies in"),
            }
        }
        items
    }

    /// Modules and broken files that nobody can look into.
    fn openings(&mut self) {
        let Some(node) = self.graph.node(self.role) else { return };
        let id = &node.resource.id;
        let openings = self.graph.scope(id.scope).map_or(&[][..], |scope| &scope.openings);
        let name = self.graph.read(self.role, "role_name").value;
        if let Some(opening) = openings.iter().find(|opening| opening.may_touch(id) || gets_name(opening, &name)) {
            self.leave_open(opening.why.to_string());
        }
        if node.resource.schematic {
            self.leave_open("how many instances of the role there are is not known".into());
        }
    }
}

/// True when the hidden part was given a string that is the role's name, or holds it as an ARN does: a name that the input
/// spells out carries no mark of the role it belongs to.
fn gets_name(opening: &Opening, name: &Value) -> bool {
    opening.given.iter().flatten().any(|value| holds_name(value, name))
}

fn holds_name(value: &Value, name: &Value) -> bool {
    let spelt = |text: &str| name.as_str().is_some_and(|name| text.contains(name));
    let may_be = || matches!(name.data, Data::String(_) | Data::Text(_)) && !value.same(name).is_no();
    match &value.data {
        Data::String(text) => spelt(text) || may_be(),
        Data::Text(text) => {
            text.parts().iter().any(|part| matches!(part, Part::Literal(text, _) if spelt(text))) || may_be()
        }
        Data::Unknown(_) => value.same(name).is_yes(),
        Data::List(list) => list.items.iter().any(|item| holds_name(item, name)),
        Data::Map(map) => map.entries.values().any(|entry| holds_name(&entry.value, name)),
        Data::Choice(choice) => choice.arms.iter().any(|(_, arm)| holds_name(arm, name)),
        _ => false,
    }
}

fn block_attributes(kind: &str, list: &str) -> &'static [Attribute] {
    let attribute = named(kind).and_then(|kind| kind.attributes.iter().find(|attribute| attribute.name == list));
    match attribute.map(|attribute| attribute.shape) {
        Some(Shape::List(Shape::Block(attributes))) => attributes,
        _ => &[],
    }
}

fn inline_document(document: Value) -> Document {
    match &document.data {
        Data::Unknown(unknown) => Document::Unknown(unknown.why.to_string().into()),
        _ => Document::Inline(document),
    }
}

/// A managed policy that is referred to by its ARN: the customer's own in the input, or one that AWS publishes.
fn managed(graph: &Graph, from: NodeId, reference: &Value, presence: Guard, scenario: &Scenario) -> Option<Attached> {
    let attached = |name: Arc<str>, presence: Guard, document: Document| {
        Some(Attached { name, presence: Presence::When(presence), document, span: place(reference) })
    };
    if let Some(name) = aws_managed(reference) {
        return attached(name.clone(), presence, Document::AwsManaged(name));
    }
    match graph.follow(from, reference, "managed_policy", "arn") {
        Link::Absent => None,
        Link::Node(policy) => {
            let node = graph.node(policy)?;
            let document = graph.read(policy, "document").value.under(scenario);
            let presence = presence.and(node.resource.presence.clone());
            attached(node.resource.id.address.clone(), presence, inline_document(document))
        }
        Link::Outside(_) => {
            let name = reference.as_str().unwrap_or("a policy");
            attached(
                name.into(),
                presence,
                Document::Unknown("a customer managed policy that is not in the input".into()),
            )
        }
        Link::Unknown(unknown) => {
            attached("a policy".into(), presence, Document::Unknown(unknown.why.to_string().into()))
        }
    }
}

fn place(reference: &Value) -> Span {
    reference.steps().next().map_or(reference.span, |step| step.span)
}

/// The ARN of a policy that AWS publishes (its account is `aws`), whatever its partition.
fn aws_managed(reference: &Value) -> Option<Arc<str>> {
    const ACCOUNT: &str = ":iam::aws:policy/";
    let known = match &reference.data {
        Data::String(text) => text.to_string(),
        Data::Text(text) => match text.parts() {
            // `arn:${AWS::Partition}:iam::aws:policy/Name`
            [Part::Literal(head, _), Part::Hole(..), Part::Literal(tail, _)] if &**head == "arn:" => {
                format!("arn:aws{tail}")
            }
            _ => return None,
        },
        _ => return None,
    };
    (known.starts_with("arn:") && known.contains(ACCOUNT)).then(|| known.into())
}

fn boundary(graph: &Graph, role: NodeId, scenario: &Scenario) -> Option<Attached> {
    let reference = graph.read(role, "boundary").value.under(scenario);
    match &reference.data {
        Data::Choice(_) => {
            let document = Document::Unknown("the permissions boundary depends on a condition".into());
            Some(Attached {
                name: "the boundary".into(),
                presence: Presence::When(Guard::Always),
                document,
                span: reference.span,
            })
        }
        _ => managed(graph, role, &reference, Guard::Always, scenario),
    }
}
