//! What gives a role its permissions besides the role itself: inline policies and managed policies as resources of their own,
//! and attachments.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape, iam_arn, nothing};
use crate::value::{Data, Value};

/// An inline policy that is a resource of its own.
pub(super) static ROLE_POLICY: Kind = Kind {
    name: "role_policy",
    doc: "An inline policy of a role, written as a resource of its own.",
    cloudformation: &["AWS::IAM::Policy", "AWS::IAM::RolePolicy"],
    terraform: &["aws_iam_role_policy", "awscc_iam_role_policy"],
    attributes: &[
        Attribute::new("policy_name", Shape::Text, "PolicyName", "name", "The policy's name.")
            .terraform_or("policy_name"),
        Attribute::new("document", Shape::Document, "PolicyDocument", "policy", "The policy.")
            .terraform_or("policy_document"),
        Attribute::derived("roles", ROLES, policy_roles, "The roles that have the policy."),
    ],
    handles: &[],
    computed: nothing,
};

/// A customer managed policy.
pub(super) static MANAGED_POLICY: Kind = Kind {
    name: "managed_policy",
    doc: "A customer managed policy.",
    cloudformation: &["AWS::IAM::ManagedPolicy"],
    terraform: &["aws_iam_policy", "awscc_iam_managed_policy"],
    attributes: &[
        Attribute::new(
            "policy_name",
            Shape::Text,
            "ManagedPolicyName",
            "name",
            "The policy's name, where the template gives one.",
        )
        .terraform_or("managed_policy_name"),
        Attribute::new("path", Shape::Text, "Path", "path", "The path in front of the name.").or("/"),
        Attribute::new("document", Shape::Document, "PolicyDocument", "policy", "The policy.")
            .terraform_or("policy_document"),
        Attribute::new("roles", ROLES, "Roles", "roles", "The roles that the policy attaches itself to."),
    ],
    handles: &[Handle {
        name: "arn",
        cloudformation: "Ref",
        terraform: &["arn", "id", "policy_arn"],
        written: written_arn,
    }],
    computed: nothing,
};

/// Terraform's resources that attach a managed policy to roles.
pub(super) static POLICY_ATTACHMENT: Kind = Kind {
    name: "policy_attachment",
    doc: "Attaches a managed policy to roles (Terraform).",
    cloudformation: &[],
    terraform: &["aws_iam_role_policy_attachment", "aws_iam_policy_attachment"],
    attributes: &[
        Attribute::new(
            "policy",
            Shape::Link("managed_policy", "arn"),
            "",
            "policy_arn",
            "The policy that is attached.",
        ),
        Attribute::derived("roles", ROLES, attachment_roles, "The roles that get the policy."),
    ],
    handles: &[],
    computed: nothing,
};

/// Terraform's resources that take from a role whatever they do not list.
pub(super) static EXCLUSIVE_POLICIES: Kind = Kind {
    name: "exclusive_policies",
    doc: "The only policies that a role may have, inline or managed (Terraform).",
    cloudformation: &[],
    terraform: &["aws_iam_role_policies_exclusive", "aws_iam_role_policy_attachments_exclusive"],
    attributes: &[
        Attribute::new(
            "policy_names",
            Shape::List(&Shape::Text),
            "",
            "policy_names",
            "The names of the only inline policies.",
        ),
        Attribute::new(
            "policies",
            Shape::List(&Shape::Link("managed_policy", "arn")),
            "",
            "policy_arns",
            "The only managed policies.",
        ),
        Attribute::derived("roles", ROLES, policy_roles, "The role."),
    ],
    handles: &[],
    computed: nothing,
};

/// A managed policy that Terraform looks up, by name or by ARN.
pub(super) static POLICY_LOOKUP: Kind = Kind {
    name: "policy_lookup",
    doc: "A managed policy that is looked up in the account (Terraform's data source).",
    cloudformation: &[],
    terraform: &["data.aws_iam_policy"],
    attributes: &[
        Attribute::new("policy_name", Shape::Text, "", "name", "The name that is looked up."),
        Attribute::new("arn", Shape::Text, "", "arn", "The ARN that is looked up."),
    ],
    handles: &[],
    computed: nothing,
};

const ROLES: Shape = Shape::List(&Shape::Link("role", "name"));

/// `AWS::IAM::Policy` has a list of roles, `AWS::IAM::RolePolicy` and `aws_iam_role_policy` name one.
fn policy_roles(graph: &Graph, id: NodeId) -> Value {
    one_or_many(graph, id, &["Roles"], &["RoleName", "role", "role_name"])
}

fn attachment_roles(graph: &Graph, id: NodeId) -> Value {
    one_or_many(graph, id, &["roles"], &["role"])
}

fn one_or_many(graph: &Graph, id: NodeId, many: &[&str], one: &[&str]) -> Value {
    let Some(node) = graph.node(id) else { return graph.read(id, "name").value };
    let properties = &node.resource.properties;
    let written = |keys: &[&str]| keys.iter().map(|key| properties.get(key)).find(|value| !value.is_absent());
    match (written(many), written(one)) {
        (Some(list), _) => list,
        (None, Some(role)) => role.each(&mut |role| match &role.data {
            Data::Absent | Data::Null => Value::list(Vec::new(), role.span),
            _ => Value::list(vec![role.clone()], role.span),
        }),
        (None, None) => Value::list(Vec::new(), node.resource.name_span),
    }
}

fn written_arn(graph: &Graph, id: NodeId) -> Value {
    let name = graph.read(id, "policy_name").value;
    if name.is_absent() { name } else { iam_arn(graph, id, "policy", name) }
}
