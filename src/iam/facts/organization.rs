//! Organization policies that may bind the account of a user pool.

use super::super::{Attached, Presence};
use super::inline_document;
use crate::graph::link::Link;
use crate::graph::{Graph, NodeId};
use crate::value::{Data, Scenario, Term, Value};

/// The service control policies in the input that are attached to something which may hold the account: a root, an
/// organizational unit, or that account itself. Whether it lies below them no input says.
pub fn organization_policies(graph: &Graph, account: &Value, scenario: &Scenario) -> Vec<Attached> {
    let policies = graph.of("organization_policy").iter();
    policies.filter_map(|policy| organization_policy(graph, *policy, account, scenario)).collect()
}

fn organization_policy(graph: &Graph, policy: NodeId, account: &Value, scenario: &Scenario) -> Option<Attached> {
    let node = graph.node(policy)?;
    let kind = graph.read(policy, "policy_type").value.under(scenario);
    let is_service_control = kind.as_str() == Some("SERVICE_CONTROL_POLICY");
    if !is_service_control || !binds(graph, policy, account, scenario) || node.resource.schematic {
        return None;
    }
    let document = graph.read(policy, "document");
    Some(Attached {
        name: node.resource.id.address.clone(),
        presence: Presence::When(node.resource.presence.clone()),
        document: inline_document(document.value.under(scenario)),
        span: document.place,
        by: Some(node.resource.id.clone()),
    })
}

/// True when the policy certainly has a target that is no other account.
fn binds(graph: &Graph, policy: NodeId, account: &Value, scenario: &Scenario) -> bool {
    let targets = graph.read(policy, "targets").value.under(scenario);
    let own = targets.as_list().map_or(&[][..], |targets| &targets.items);
    let attached = graph.of("organization_policy_attachment").iter().filter(|attachment| {
        let there = graph
            .node(**attachment)
            .is_some_and(|node| !node.resource.schematic && node.resource.presence.decide(scenario).holds());
        let reference = graph.read(**attachment, "policy").value.under(scenario);
        let link = graph.follow(**attachment, &reference, "organization_policy", "id");
        there && matches!(link, Link::Node(linked) if linked == policy)
    });
    let attached: Vec<Value> = attached.map(|id| graph.read(*id, "target").value.under(scenario)).collect();
    own.iter().chain(&attached).any(|target| may_hold(graph, target, account))
}

/// Ids of roots start with `r-`, of organizational units with `ou-`; twelve digits are an account.
fn may_hold(graph: &Graph, target: &Value, account: &Value) -> bool {
    match &target.data {
        Data::String(id) if id.starts_with("r-") || id.starts_with("ou-") => true,
        Data::String(_) => target.same(account).is_yes(),
        Data::Unknown(unknown) => is_unit(graph, &unknown.term),
        _ => false,
    }
}

/// True for an id that is made of an organization, or of an organizational unit, of the input.
fn is_unit(graph: &Graph, term: &Term) -> bool {
    let mut open = vec![term];
    while let Some(term) = open.pop() {
        match term {
            Term::Attribute(resource, _) => {
                let node = graph.find(resource).and_then(|id| graph.node(id));
                let name = node.map(|node| node.resource.type_name.to_ascii_lowercase()).unwrap_or_default();
                if name.contains("organizations") && (name.ends_with("organization") || name.ends_with("unit")) {
                    return true;
                }
            }
            Term::Call(_, arguments) => open.extend(arguments.iter()),
            _ => {}
        }
    }
    false
}
