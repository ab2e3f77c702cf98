//! Log delivery: `AWS::Cognito::LogDeliveryConfiguration`, `aws_cognito_log_delivery_configuration`.

use super::{Attribute, Kind, Shape, nothing};

/// Where a user pool's logs go.
pub(super) static LOG_DELIVERY: Kind = Kind {
    name: "log_delivery",
    doc: "Where a user pool's logs go.",
    cloudformation: &["AWS::Cognito::LogDeliveryConfiguration"],
    terraform: &["aws_cognito_log_delivery_configuration"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "The pool."),
        Attribute::new(
            "configurations",
            Shape::List(&Shape::Block(CONFIGURATION)),
            "LogConfigurations",
            "log_configurations",
            "One for each source of events.",
        ),
    ],
    handles: &[],
    computed: nothing,
};

static CONFIGURATION: &[Attribute] = &[
    Attribute::new("event_source", Shape::Word, "EventSource", "event_source", "userNotification or userAuthEvents."),
    Attribute::new("log_level", Shape::Word, "LogLevel", "log_level", "ERROR or INFO."),
];
