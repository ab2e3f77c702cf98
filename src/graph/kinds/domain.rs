//! Domains of user pools: `AWS::Cognito::UserPoolDomain`, `aws_cognito_user_pool_domain`.

use super::{Attribute, Kind, Shape, nothing};

/// A domain of a user pool.
pub(super) static DOMAIN: Kind = Kind {
    name: "domain",
    doc: "The domain of a user pool: a prefix of Amazon's, or one's own.",
    cloudformation: &["AWS::Cognito::UserPoolDomain"],
    terraform: &["aws_cognito_user_pool_domain"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "The domain's user pool."),
        Attribute::new("domain", Shape::Text, "Domain", "domain", "The prefix, or the whole domain name."),
        Attribute::new(
            "certificate",
            Shape::Text,
            "CustomDomainConfig.CertificateArn",
            "certificate_arn",
            "The ARN of the certificate of one's own domain.",
        ),
        Attribute::new(
            "login_version",
            Shape::Number,
            "ManagedLoginVersion",
            "managed_login_version",
            "1 for the classic hosted UI, 2 for managed login.",
        )
        .or("1"),
    ],
    handles: &[],
    computed: nothing,
};
