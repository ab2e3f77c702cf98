//! Risk configurations: `AWS::Cognito::UserPoolRiskConfigurationAttachment`, `aws_cognito_risk_configuration`.

use super::{Attribute, Kind, Shape, nothing};

/// How a user pool answers to risks.
pub(super) static RISK_CONFIGURATION: Kind = Kind {
    name: "risk_configuration",
    doc: "What a user pool does when a sign-in looks risky.",
    cloudformation: &["AWS::Cognito::UserPoolRiskConfigurationAttachment"],
    terraform: &["aws_cognito_risk_configuration"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "id"), "UserPoolId", "user_pool_id", "Its user pool."),
        Attribute::new(
            "takeover",
            Shape::Block(TAKEOVER),
            "AccountTakeoverRiskConfiguration",
            "account_takeover_risk_configuration",
            "What happens when someone else may be signing in.",
        ),
        Attribute::new(
            "compromised_action",
            Shape::Word,
            "CompromisedCredentialsRiskConfiguration.Actions.EventAction",
            "compromised_credentials_risk_configuration.actions.event_action",
            "BLOCK or NO_ACTION where a password is known to be stolen.",
        ),
        Attribute::new(
            "blocked_ranges",
            LIST,
            "RiskExceptionConfiguration.BlockedIPRangeList",
            "risk_exception_configuration.blocked_ip_range_list",
            "Address ranges from which nobody may sign in.",
        ),
        Attribute::new(
            "skipped_ranges",
            LIST,
            "RiskExceptionConfiguration.SkippedIPRangeList",
            "risk_exception_configuration.skipped_ip_range_list",
            "Address ranges that are never a risk.",
        ),
    ],
    handles: &[],
    computed: nothing,
};

const LIST: Shape = Shape::List(&Shape::Text);

static TAKEOVER: &[Attribute] = &[
    Attribute::new("low", Shape::Block(ACTION), "Actions.LowAction", "actions.low_action", "At a low risk."),
    Attribute::new(
        "medium",
        Shape::Block(ACTION),
        "Actions.MediumAction",
        "actions.medium_action",
        "At a medium risk.",
    ),
    Attribute::new("high", Shape::Block(ACTION), "Actions.HighAction", "actions.high_action", "At a high risk."),
    Attribute::new(
        "notify_source",
        Shape::Text,
        "NotifyConfiguration.SourceArn",
        "notify_configuration.source_arn",
        "The identity of Amazon SES that sends the notices.",
    ),
];

static ACTION: &[Attribute] = &[
    Attribute::new(
        "event_action",
        Shape::Word,
        "EventAction",
        "event_action",
        "BLOCK, MFA_IF_CONFIGURED, MFA_REQUIRED or NO_ACTION.",
    ),
    Attribute::new("notify", Shape::Bool, "Notify", "notify", "Whether the user gets a notice."),
];
