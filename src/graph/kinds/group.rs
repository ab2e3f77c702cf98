//! Groups of user pools: `AWS::Cognito::UserPoolGroup`, `aws_cognito_user_group`.

use super::{Attribute, Kind, Shape, nothing};

/// A group of a user pool.
pub(super) static GROUP: Kind = Kind {
    name: "group",
    doc: "A group of a user pool's users.",
    cloudformation: &["AWS::Cognito::UserPoolGroup"],
    terraform: &["aws_cognito_user_group"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "The group's user pool."),
        Attribute::new("role_arn", Shape::Text, "RoleArn", "role_arn", "The ARN of the role that its users may take."),
        Attribute::derived(
            "account",
            Shape::Text,
            super::account,
            "The account of the group, where the input says it.",
        ),
    ],
    handles: &[],
    computed: nothing,
};
