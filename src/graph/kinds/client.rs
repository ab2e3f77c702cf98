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
    Attribute::new(
        "secret",
        Shape::Bool,
        "GenerateSecret",
        "generate_secret",
        "Whether AWS makes a secret for the client.",
    )
    .or("false"),
    Attribute::new("own_secret", Shape::Text, "ClientSecret", "", "A secret that the template gives the client."),
    Attribute::new(
        "callback_urls",
        LIST,
        "CallbackURLs",
        "callback_urls",
        "Where the OAuth endpoints may send users after they signed in.",
    ),
    Attribute::new(
        "logout_urls",
        LIST,
        "LogoutURLs",
        "logout_urls",
        "Where the OAuth endpoints may send users after they signed out.",
    ),
    Attribute::new(
        "default_redirect",
        Shape::Text,
        "DefaultRedirectURI",
        "default_redirect_uri",
        "Where users go when the app names no callback.",
    ),
    Attribute::new(
        "read_attributes",
        LIST,
        "ReadAttributes",
        "read_attributes",
        "The attributes of users that the app may read.",
    ),
    Attribute::new(
        "write_attributes",
        LIST,
        "WriteAttributes",
        "write_attributes",
        "The attributes of users that the app may change.",
    ),
    Attribute::new(
        "access_validity",
        Shape::Number,
        "AccessTokenValidity",
        "access_token_validity",
        "How long an access token is valid, in its unit.",
    ),
    Attribute::new(
        "id_validity",
        Shape::Number,
        "IdTokenValidity",
        "id_token_validity",
        "How long an id token is valid, in its unit.",
    ),
    Attribute::new(
        "refresh_validity",
        Shape::Number,
        "RefreshTokenValidity",
        "refresh_token_validity",
        "How long a refresh token is valid, in its unit; 0 is the default of 30 days.",
    ),
    Attribute::new(
        "access_unit",
        Shape::Word,
        "TokenValidityUnits.AccessToken",
        "token_validity_units.access_token",
        "seconds, minutes, hours or days.",
    )
    .or("hours"),
    Attribute::new(
        "id_unit",
        Shape::Word,
        "TokenValidityUnits.IdToken",
        "token_validity_units.id_token",
        "seconds, minutes, hours or days.",
    )
    .or("hours"),
    Attribute::new(
        "refresh_unit",
        Shape::Word,
        "TokenValidityUnits.RefreshToken",
        "token_validity_units.refresh_token",
        "seconds, minutes, hours or days.",
    )
    .or("days"),
    Attribute::new(
        "rotation",
        Shape::Word,
        "RefreshTokenRotation.Feature",
        "refresh_token_rotation.feature",
        "Whether each refresh gives a new refresh token: ENABLED or DISABLED.",
    ),
    Attribute::new(
        "propagates_context",
        Shape::Bool,
        "EnablePropagateAdditionalUserContextData",
        "enable_propagate_additional_user_context_data",
        "Whether the app may send data of its users to threat protection.",
    )
    .or("false"),
    Attribute::new(
        "analytics",
        Shape::Block(ANALYTICS),
        "AnalyticsConfiguration",
        "analytics_configuration",
        "Where the analytics of the client go.",
    ),
    Attribute::referrers("brandings", "managed_login_branding", "client", "The styles of its managed login pages."),
];

static ANALYTICS: &[Attribute] = &[
    Attribute::new(
        "application_arn",
        Shape::Text,
        "ApplicationArn",
        "application_arn",
        "The ARN of the Amazon Pinpoint project.",
    ),
    Attribute::new(
        "application_id",
        Shape::Text,
        "ApplicationId",
        "application_id",
        "The id of the Amazon Pinpoint project.",
    ),
    Attribute::new("role_arn", Shape::Text, "RoleArn", "role_arn", "The role with which events are sent."),
    Attribute::new(
        "external_id",
        Shape::Text,
        "ExternalId",
        "external_id",
        "The external id that Amazon Cognito presents to the role.",
    ),
];

const LIST: Shape = Shape::List(&Shape::Text);

fn never(graph: &Graph, id: NodeId) -> Value {
    Value::absent(graph.read(id, "name").place)
}

fn computed(_resource: &ResourceRef, _attribute: &str, _config: &Value) -> Option<Value> {
    None
}
