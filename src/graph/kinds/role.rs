//! IAM roles: `AWS::IAM::Role`, `aws_iam_role`, `awscc_iam_role`. The last one is CloudFormation's in Terraform's spelling.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape, iam_arn};
use crate::frontend::Dialect;
use crate::value::{Class, Data, Refine, ResourceRef, Shape as TextShape, Term, Unknown, Value, Why};

/// An IAM role.
pub(super) static ROLE: Kind = Kind {
    name: "role",
    doc: "An IAM role.",
    cloudformation: &["AWS::IAM::Role"],
    terraform: &["aws_iam_role", "awscc_iam_role"],
    attributes: ATTRIBUTES,
    handles: &[
        Handle { name: "arn", cloudformation: "Arn", terraform: &["arn"], written: written_arn },
        Handle { name: "name", cloudformation: "Ref", terraform: &["name", "id", "role_name"], written: written_name },
    ],
    computed,
};

static ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        "role_name",
        Shape::Text,
        "RoleName",
        "name",
        "The role's name in IAM, where the template gives one.",
    )
    .terraform_or("role_name"),
    Attribute::new("path", Shape::Text, "Path", "path", "The path in front of the name.").or("/"),
    Attribute::new(
        "trust",
        Shape::Document,
        "AssumeRolePolicyDocument",
        "assume_role_policy",
        "The trust policy: who may assume the role.",
    )
    .terraform_or("assume_role_policy_document"),
    Attribute::new(
        "inline_policies",
        Shape::List(&Shape::Block(INLINE)),
        "Policies",
        "inline_policy",
        "The policies written inside the role.",
    )
    .terraform_or("policies"),
    Attribute::new(
        "managed_policies",
        Shape::List(&Shape::Link("managed_policy", "arn")),
        "ManagedPolicyArns",
        "managed_policy_arns",
        "The managed policies that the role names itself.",
    ),
    Attribute::new(
        "boundary",
        Shape::Link("managed_policy", "arn"),
        "PermissionsBoundary",
        "permissions_boundary",
        "The policy that bounds what the role may do.",
    ),
    Attribute::derived("deletion_policy", Shape::Word, super::deletion_policy, super::DELETION_POLICY_DOC)
        .terraform(super::nowhere),
];

static INLINE: &[Attribute] = &[
    Attribute::new("policy_name", Shape::Text, "PolicyName", "name", "The policy's name.").terraform_or("policy_name"),
    Attribute::new("document", Shape::Document, "PolicyDocument", "policy", "The policy.")
        .terraform_or("policy_document"),
];

/// Terraform's `id` of a role is its name. A name that nobody writes is made up at creation: one unknown, under either word.
fn computed(resource: &ResourceRef, attribute: &str, config: &Value) -> Option<Value> {
    if !matches!(attribute, "id" | "name" | "role_name") {
        return None;
    }
    let name =
        config.get("name").each(&mut |name| if name.is_absent() { config.get("role_name") } else { name.clone() });
    let unnamed = matches!(name.data, Data::Absent | Data::Null);
    Some(if unnamed { made_up_name(resource, config) } else { name })
}

fn made_up_name(resource: &ResourceRef, config: &Value) -> Value {
    let refine = Refine::string(TextShape::some_of(Class::Name));
    let unknown =
        Unknown::new(Why::Attribute(format!("{}.name", resource.address).into()), name_term(resource)).refined(refine);
    Value::unknown(unknown, config.span)
}

fn name_term(resource: &ResourceRef) -> Term {
    Term::Attribute(resource.clone(), "name".into())
}

fn written_arn(graph: &Graph, id: NodeId) -> Value {
    iam_arn(graph, id, "role", written_name(graph, id))
}

fn written_name(graph: &Graph, id: NodeId) -> Value {
    let reading = graph.read(id, "role_name");
    let Some(node) = graph.node(id) else { return reading.value };
    reading.value.each(&mut |name| match (&name.data, node.dialect) {
        (Data::Absent, Dialect::Terraform) => made_up_name(&node.resource.id, &node.resource.properties),
        (Data::Absent, Dialect::CloudFormation) => {
            let why = Why::Attribute(format!("the name of {}", node.resource.id.address).into());
            let term = Term::Attribute(node.resource.id.clone(), "Ref".into());
            let refine = Refine::string(TextShape::some_of(Class::Name));
            Value::unknown(Unknown::new(why, term).refined(refine), name.span)
        }
        _ => name.clone(),
    })
}
