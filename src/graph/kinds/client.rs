//! App clients: `AWS::Cognito::UserPoolClient`, `aws_cognito_user_pool_client`.
//!
//! `aws_cognito_managed_user_pool_client` is not among them: it adopts a client that another service made, and what it leaves out
//! keeps whatever that service set.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape};
use crate::value::{ResourceRef, Value};

/// An app client of a user pool.
pub(super) static USER_POOL_CLIENT: Kind = Kind {
    name: "user_pool_client",
    doc: "An app client of a user pool.",
    cloudformation: &["AWS::Cognito::UserPoolClient"],
    terraform: &["aws_cognito_user_pool_client"],
    attributes: ATTRIBUTES,
    handles: &[Handle { name: "id", cloudformation: "Ref", terraform: &["id"], written: never }],
    computed,
};

static ATTRIBUTES: &[Attribute] = &[
    Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "The client's user pool."),
    Attribute::new(
        "oauth_enabled",
        Shape::Bool,
        "AllowedOAuthFlowsUserPoolClient",
        "allowed_oauth_flows_user_pool_client",
        "Whether the client may use the OAuth endpoints.",
    )
    .or("false"),
    Attribute::new(
        "oauth_flows",
        LIST,
        "AllowedOAuthFlows",
        "allowed_oauth_flows",
        "code, implicit, client_credentials.",
    ),
    Attribute::new(
        "oauth_scopes",
        LIST,
        "AllowedOAuthScopes",
        "allowed_oauth_scopes",
        "The scopes that the client may ask for.",
    ),
    Attribute::new(
        "identity_providers",
        LIST,
        "SupportedIdentityProviders",
        "supported_identity_providers",
        "The providers that users may sign in with; COGNITO is the pool itself.",
    ),
    Attribute::new(
        "auth_flows",
        LIST,
        "ExplicitAuthFlows",
        "explicit_auth_flows",
        "The sign-in flows of the API that the client may use.",
    ),
    Attribute::new(
        "auth_session_minutes",
        Shape::Number,
        "AuthSessionValidity",
        "auth_session_validity",
        "For how many minutes a sign-in that waits for its next step is kept.",
    ),
];

const LIST: Shape = Shape::List(&Shape::Text);

fn never(graph: &Graph, id: NodeId) -> Value {
    Value::absent(graph.read(id, "name").place)
}

fn computed(_resource: &ResourceRef, _attribute: &str, _config: &Value) -> Option<Value> {
    None
}
