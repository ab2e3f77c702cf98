//! Resource servers: `AWS::Cognito::UserPoolResourceServer`, `aws_cognito_resource_server`.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape};
use crate::value::{Data, ResourceRef, Value};

/// A resource server of a user pool: an API with scopes of its own.
pub(super) static RESOURCE_SERVER: Kind = Kind {
    name: "resource_server",
    doc: "A resource server of a user pool: an API with scopes of its own.",
    cloudformation: &["AWS::Cognito::UserPoolResourceServer"],
    terraform: &["aws_cognito_resource_server"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "The server's user pool."),
        Attribute::new("identifier", Shape::Text, "Identifier", "identifier", "What its scopes start with."),
        Attribute::new("scopes", Shape::List(&Shape::Block(SCOPE)), "Scopes", "scope", "Its scopes."),
    ],
    handles: &[Handle { name: "identifier", cloudformation: "Ref", terraform: &["identifier"], written }],
    computed,
};

static SCOPE: &[Attribute] =
    &[Attribute::new("scope_name", Shape::Text, "ScopeName", "scope_name", "What stands behind the identifier.")];

fn written(graph: &Graph, id: NodeId) -> Value {
    graph.read(id, "identifier").value
}

/// `Ref` gives the identifier; Terraform also offers the names of all scopes: `identifier/scope`.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_resource_server>
fn computed(_resource: &ResourceRef, attribute: &str, config: &Value) -> Option<Value> {
    match attribute {
        "Ref" => Some(config.get("Identifier")).filter(|identifier| !identifier.is_absent()),
        "scope_identifiers" => Some(scope_identifiers(config)),
        _ => None,
    }
}

fn scope_identifiers(config: &Value) -> Value {
    let identifier = config.get("identifier");
    config.get("scope").each(&mut |scopes| {
        let Data::List(list) = &scopes.data else {
            return if scopes.is_absent() { Value::list(Vec::new(), scopes.span) } else { scopes.clone() };
        };
        let scope = |scope: &Value| {
            let parts = [identifier.clone(), Value::string("/", scope.span), scope.get("scope_name")];
            Value::concat(&parts, scope.span).unwrap_or_else(|| Value::absent(scope.span))
        };
        let items = list
            .items
            .iter()
            .map(|item| item.each(&mut |item| if item.is_absent() { item.clone() } else { scope(item) }));
        let list = crate::value::List { items: items.collect(), rest: list.rest.clone() };
        Value { data: Data::List(list.into()), ..scopes.clone() }
    })
}
