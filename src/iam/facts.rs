//! What the graph says of a role: its trust policy, every policy that is attached to it anywhere, its boundary, and whether
//! more may be attached than anybody sees.

mod managed;
mod organization;
#[cfg(test)]
mod tests;

pub use organization::organization_policies;

use super::{Attached, Document, Presence, RoleFacts};
use crate::frontend::{Opening, mentions};
use crate::graph::kinds::{Attribute, Shape, named};
use crate::graph::link::Link;
use crate::graph::{Graph, Node, NodeId, Reading};
use crate::value::{Data, Guard, Part, Scenario, Value};
use managed::{boundary, managed};
use std::sync::Arc;

/// So many policies of a role are looked at; every pool that uses the role asks for all of them. IAM takes 25 managed ones, and
/// inline ones of 10,240 characters together, of which the smallest that say something take 60 each.
const MOST_POLICIES: usize = 256;

/// Collects what a scenario says of a role. Values that the scenario leaves open stay choices; the evaluator names the
/// variable they depend on.
pub fn role_facts(graph: &Graph, role: NodeId, scenario: &Scenario) -> Arc<RoleFacts> {
    graph.remember("facts", (role, None), scenario, || collect(graph, role, scenario))
}

fn collect(graph: &Graph, role: NodeId, scenario: &Scenario) -> RoleFacts {
    let mut collected = Collected { graph, role, scenario, policies: Vec::new(), open: None };
    collected.inline();
    collected.named_by_the_role();
    collected.policies_of_their_own();
    collected.attachments();
    collected.exclusive();
    collected.openings();
    collected.limit();
    RoleFacts {
        trust: graph.read(role, "trust").value.under(scenario),
        boundary: boundary(graph, role, scenario),
        policies: collected.policies.into_iter().map(|found| found.attached).collect(),
        open: collected.open,
    }
}

struct Collected<'a> {
    graph: &'a Graph,
    role: NodeId,
    scenario: &'a Scenario,
    policies: Vec<Found>,
    open: Option<Arc<str>>,
}

/// A policy of the role, and how a list of the only policies would name it.
struct Found {
    attached: Attached,
    /// Inline policies go by name, managed ones by ARN.
    inline: bool,
    name: Value,
}

impl Collected<'_> {
    /// Leaves the role's policies open where it has more than are looked at.
    fn limit(&mut self) {
        if self.policies.len() > MOST_POLICIES {
            self.policies.truncate(MOST_POLICIES);
            self.open.get_or_insert_with(|| format!("the role has more than {MOST_POLICIES} policies").into());
        }
    }

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
            // Terraform's empty block says that there is no policy.
            if name.value.is_absent() && document.value.is_absent() {
                continue;
            }
            let attached = Attached {
                name: name.value.as_str().map_or_else(|| "an inline policy".into(), Arc::from),
                presence: Presence::When(presence),
                document: inline_document(document.value.under(self.scenario)),
                span: document.place,
                by: None,
            };
            self.policies.push(Found { attached, inline: true, name: name.value });
        }
    }

    /// Managed policies in the role's own list.
    fn named_by_the_role(&mut self) {
        let list = self.graph.read(self.role, "managed_policies").value.under(self.scenario);
        for (presence, reference) in self.items(&list) {
            let attached = managed(self.graph, self.role, &reference, Presence::When(presence), self.scenario);
            self.policies.extend(attached.map(|attached| Found { attached, inline: false, name: reference }));
        }
    }

    /// Policies that are resources and name the roles they belong to.
    fn policies_of_their_own(&mut self) {
        for (kind, inline) in [("role_policy", true), ("managed_policy", false)] {
            for policy in &self.graph.naming_role(kind, self.role) {
                for presence in self.attached_by(*policy) {
                    let Some(node) = self.graph.node(*policy) else { continue };
                    let document = self.graph.read(*policy, "document");
                    let attached = Attached {
                        name: node.resource.id.address.clone(),
                        presence,
                        document: inline_document(document.value.under(self.scenario)),
                        span: document.place,
                        by: Some(node.resource.id.clone()),
                    };
                    let name = self.graph.read(*policy, "policy_name").value;
                    self.policies.push(Found { attached, inline, name });
                }
            }
        }
    }

    /// Terraform's attachments.
    fn attachments(&mut self) {
        for attachment in &self.graph.naming_role("policy_attachment", self.role) {
            for presence in self.attached_by(*attachment) {
                let reference = self.graph.read(*attachment, "policy").value.under(self.scenario);
                let found = managed(self.graph, *attachment, &reference, presence, self.scenario);
                let by = self.graph.node(*attachment).map(|node| node.resource.id.clone());
                self.policies.extend(found.map(|attached| {
                    let attached = Attached { by, ..attached };
                    Found { attached, inline: false, name: reference }
                }));
            }
        }
    }

    /// Resources that take from the role whatever they do not list. What they list and nobody else attaches may be attached
    /// by them, or by somebody whom nobody sees.
    fn exclusive(&mut self) {
        for id in &self.graph.naming_role("exclusive_policies", self.role) {
            let roles = self.graph.read(*id, "roles").value.under(self.scenario);
            let Some(node) = self.graph.node(*id) else { continue };
            let concerned = self.items_of(*id, &roles).iter().any(|(_, reference)| {
                let link = self.graph.follow(*id, reference, "role", "name");
                matches!(link, Link::Node(role) if role == self.role) || matches!(link, Link::Unknown(_))
            });
            if !concerned {
                continue;
            }
            let inline = &*node.resource.type_name == "aws_iam_role_policies_exclusive";
            let list = self.graph.read(*id, if inline { "policy_names" } else { "policies" }).value;
            self.keep_listed(*id, inline, &list.under(self.scenario), node);
        }
    }

    fn keep_listed(&mut self, id: NodeId, inline: bool, list: &Value, node: &Node) {
        let listed: &[Value] = list.as_list().map_or(&[], |list| &list.items);
        let names = |item: &Value, found: &Found| {
            let by = found.attached.by.as_ref().is_some_and(|by| inline && mentions(item, by));
            found.inline == inline && (item.same(&found.name).is_yes() || by)
        };
        let unmatched: Vec<&Value> =
            listed.iter().filter(|item| !self.policies.iter().any(|found| names(item, found))).collect();
        let address = &node.resource.id.address;
        for found in self.policies.iter_mut().filter(|found| found.inline == inline) {
            if !listed.iter().any(|item| names(item, found)) {
                let why = format!("{address} may take {} from the role", found.attached.name);
                found.attached.presence = Presence::Unknown(why.into());
            }
        }
        if inline && !unmatched.is_empty() {
            self.leave_open(format!("{address} lists a policy that is not in the input"));
        }
        for item in unmatched.into_iter().filter(|_| !inline) {
            let presence = Presence::Unknown(format!("{address} lists it, and nothing attaches it").into());
            let found = managed(self.graph, id, item, presence, self.scenario);
            self.policies.extend(found.map(|attached| Found { attached, inline, name: item.clone() }));
        }
    }

    /// How often, and under which conditions, the resource lists this role among its `roles`; a reference that may mean this
    /// role leaves the role's policies open.
    fn attached_by(&mut self, from: NodeId) -> Vec<Presence> {
        let Some(node) = self.graph.node(from) else { return Vec::new() };
        let exists = node.resource.presence.clone();
        let list = self.graph.read(from, "roles").value.under(self.scenario);
        if !matches!(list.data, Data::List(_) | Data::Absent | Data::Choice(_)) {
            self.may_be_attached(from, "the roles of");
            return Vec::new();
        }
        let mut found = Vec::new();
        for (presence, reference) in self.items_of(from, &list) {
            match self.graph.follow(from, &reference, "role", "name") {
                Link::Node(role) if role == self.role && node.resource.schematic => {
                    let why = format!("how many instances of {} there are is not known", node.resource.id.address);
                    found.push(Presence::Unknown(why.into()));
                }
                Link::Node(role) if role == self.role => {
                    found.push(Presence::When(exists.clone().and(presence)));
                }
                Link::Unknown(_) if self.is_called(&reference) => {
                    self.leave_open(format!(
                        "{} names a role like this one in another stack",
                        node.resource.id.address
                    ));
                }
                Link::Unknown(_) => self.may_be_attached(from, "some roles of"),
                Link::Node(_) | Link::Outside(_) | Link::Absent => {}
            }
        }
        found
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
    let may_be = |value: &Value| matches!(name.data, Data::String(_) | Data::Text(_)) && !value.same(name).is_no();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        let holds = match &value.data {
            Data::String(text) => spelt(text) || may_be(value),
            Data::Text(text) => {
                text.parts().iter().any(|part| matches!(part, Part::Literal(text, _) if spelt(text))) || may_be(value)
            }
            Data::Unknown(_) => value.same(name).is_yes(),
            Data::List(list) => {
                open.extend(&list.items);
                false
            }
            Data::Map(map) => {
                open.extend(map.entries.values().map(|entry| &entry.value));
                false
            }
            Data::Choice(choice) => {
                open.extend(choice.arms.iter().map(|(_, arm)| arm));
                false
            }
            _ => false,
        };
        if holds {
            return true;
        }
    }
    false
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
