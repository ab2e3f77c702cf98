//! Styles of managed login: `AWS::Cognito::ManagedLoginBranding`, `aws_cognito_managed_login_branding`.

use super::{Attribute, Kind, Shape, nothing};

/// The style of an app client's managed login pages.
pub(super) static MANAGED_LOGIN_BRANDING: Kind = Kind {
    name: "managed_login_branding",
    doc: "The style of an app client's managed login pages.",
    cloudformation: &["AWS::Cognito::ManagedLoginBranding"],
    terraform: &["aws_cognito_managed_login_branding"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "Its user pool."),
        Attribute::new("client", Shape::Link("user_pool_client", "id"), "ClientId", "client_id", "Its app client."),
        Attribute::new(
            "provided_values",
            Shape::Bool,
            "UseCognitoProvidedValues",
            "use_cognito_provided_values",
            "Whether the pages have Amazon Cognito's own style.",
        ),
        Attribute::new("settings", Shape::Document, "Settings", "settings", "A style of one's own."),
    ],
    handles: &[],
    computed: nothing,
};
