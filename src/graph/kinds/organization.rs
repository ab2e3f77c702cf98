//! Policies of an organization, and what they are attached to.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape};
use crate::value::{ResourceRef, Value};

/// A policy of AWS Organizations.
pub(super) static ORGANIZATION_POLICY: Kind = Kind {
    name: "organization_policy",
    doc: "A policy of AWS Organizations.",
    cloudformation: &["AWS::Organizations::Policy"],
    terraform: &["aws_organizations_policy", "awscc_organizations_policy"],
    attributes: &[
        Attribute::new("policy_name", Shape::Text, "Name", "name", "The policy's name."),
        Attribute::new("document", Shape::Document, "Content", "content", "The policy."),
        Attribute::new("policy_type", Shape::Word, "Type", "type", "SERVICE_CONTROL_POLICY, or another type.")
            .or("SERVICE_CONTROL_POLICY"),
        Attribute::new(
            "targets",
            Shape::List(&Shape::Text),
            "TargetIds",
            "target_ids",
            "The ids of the roots, organizational units and accounts that have it.",
        ),
    ],
    handles: &[Handle { name: "id", cloudformation: "Id", terraform: &["id"], written: never }],
    computed: nothing,
};

/// Terraform's resource that attaches a policy of an organization.
pub(super) static ORGANIZATION_POLICY_ATTACHMENT: Kind = Kind {
    name: "organization_policy_attachment",
    doc: "Attaches a policy of AWS Organizations (Terraform).",
    cloudformation: &[],
    terraform: &["aws_organizations_policy_attachment"],
    attributes: &[
        Attribute::new(
            "policy",
            Shape::Link("organization_policy", "id"),
            "",
            "policy_id",
            "The policy that is attached.",
        ),
        Attribute::new(
            "target",
            Shape::Text,
            "",
            "target_id",
            "The root, organizational unit or account that gets it.",
        ),
    ],
    handles: &[],
    computed: nothing,
};

fn never(graph: &Graph, id: NodeId) -> Value {
    super::nowhere(graph, id)
}

fn nothing(_resource: &ResourceRef, _attribute: &str, _config: &Value) -> Option<Value> {
    None
}
