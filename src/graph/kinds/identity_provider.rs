//! Identity providers of user pools: `AWS::Cognito::UserPoolIdentityProvider`, `aws_cognito_identity_provider`.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape};
use crate::value::{ResourceRef, Value};

/// An identity provider of a user pool.
pub(super) static IDENTITY_PROVIDER: Kind = Kind {
    name: "identity_provider",
    doc: "A provider whose users may sign in to a user pool.",
    cloudformation: &["AWS::Cognito::UserPoolIdentityProvider"],
    terraform: &["aws_cognito_identity_provider"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "Its user pool."),
        Attribute::new(
            "provider_name",
            Shape::Text,
            "ProviderName",
            "provider_name",
            "The name under which app clients list it.",
        ),
        Attribute::new(
            "provider_type",
            Shape::Word,
            "ProviderType",
            "provider_type",
            "SAML, OIDC, Google, Facebook, LoginWithAmazon or SignInWithApple.",
        ),
        Attribute::new(
            "details",
            Shape::Block(DETAILS),
            "ProviderDetails",
            "provider_details",
            "What the pool must know to speak with the provider; which keys there are depends on the type.",
        ),
    ],
    handles: &[Handle {
        name: "name",
        cloudformation: "Ref",
        terraform: &["provider_name"],
        written: |graph: &Graph, id: NodeId| -> Value { graph.read(id, "provider_name").value },
    }],
    computed,
};

static DETAILS: &[Attribute] = &[
    detail("MetadataURL", "metadata_url"),
    detail("MetadataFile", "metadata_file"),
    detail("client_id", "client_id"),
    detail("client_secret", "client_secret"),
    detail("authorize_scopes", "authorize_scopes"),
    detail("oidc_issuer", "oidc_issuer"),
    detail("attributes_request_method", "attributes_request_method"),
    detail("team_id", "team_id"),
    detail("key_id", "key_id"),
    detail("private_key", "private_key"),
];

const fn detail(key: &'static str, name: &'static str) -> Attribute {
    Attribute::new(name, Shape::Text, key, key, "A detail of the provider, under the key of the API.")
}

/// `Ref` gives the provider's name.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cognito-userpoolidentityprovider.html>
fn computed(_resource: &ResourceRef, attribute: &str, config: &Value) -> Option<Value> {
    (attribute == "Ref").then(|| config.get("ProviderName"))
}
