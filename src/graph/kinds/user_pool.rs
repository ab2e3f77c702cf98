//! User pools: `AWS::Cognito::UserPool`, `aws_cognito_user_pool`.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape};
use crate::frontend::Dialect;
use crate::value::{Data, List, ResourceRef, Value};
use std::sync::Arc;

/// A Cognito user pool.
pub(super) static USER_POOL: Kind = Kind {
    name: "user_pool",
    doc: "A Cognito user pool.",
    cloudformation: &["AWS::Cognito::UserPool"],
    terraform: &["aws_cognito_user_pool"],
    attributes: ATTRIBUTES,
    handles: &[
        Handle { name: "id", cloudformation: "Ref", terraform: &["id"], written: never },
        Handle { name: "arn", cloudformation: "Arn", terraform: &["arn"], written: never },
    ],
    computed,
};

static ATTRIBUTES: &[Attribute] = &[
    Attribute::new("mfa", Shape::Word, "MfaConfiguration", "mfa_configuration", "The MFA mode: OFF, ON or OPTIONAL.")
        .or("OFF")
        .out_of_band(),
    Attribute::derived(
        "unquoted_mfa",
        Shape::Text,
        unquoted_mfa,
        "The word that YAML 1.1 read as a boolean where the MFA mode stands.",
    )
    .terraform(nowhere),
    Attribute::derived("factors", Shape::List(&Shape::Word), factors, FACTORS_DOC).out_of_band(),
    Attribute::derived("switched_factors", Shape::List(&Shape::Word), switched_factors, SWITCHED_DOC).out_of_band(),
    Attribute::new("first_factors", Shape::List(&Shape::Word), FIRST_FACTORS_CFN, FIRST_FACTORS_TF, FIRST_FACTORS_DOC),
    Attribute::new(
        "sms",
        Shape::Block(SMS),
        "SmsConfiguration",
        "sms_configuration",
        "How the pool sends text messages.",
    ),
    Attribute::new(
        "email_sending_account",
        Shape::Word,
        "EmailConfiguration.EmailSendingAccount",
        "email_configuration.email_sending_account",
        "Who sends the pool's email: COGNITO_DEFAULT, or DEVELOPER for one's own SES identity.",
    )
    .or("COGNITO_DEFAULT"),
    Attribute::new(
        "custom_email_sender",
        Shape::Text,
        "LambdaConfig.CustomEmailSender.LambdaArn",
        "lambda_config.custom_email_sender.lambda_arn",
        "The ARN of the function that sends the pool's email instead of SES.",
    ),
    Attribute::new(
        "custom_sms_sender",
        Shape::Text,
        "LambdaConfig.CustomSMSSender.LambdaArn",
        "lambda_config.custom_sms_sender.lambda_arn",
        "The ARN of the function that sends the pool's text messages instead of SNS.",
    ),
    Attribute::derived(
        "recovery",
        Shape::List(&Shape::Word),
        recovery,
        "The names of the account recovery mechanisms; () where none are set.",
    ),
    Attribute::new(
        "tier",
        Shape::Word,
        "UserPoolTier",
        "user_pool_tier",
        "The feature plan: LITE, ESSENTIALS or PLUS.",
    )
    .or("ESSENTIALS"),
    Attribute::new(
        "auto_verified",
        Shape::List(&Shape::Word),
        "AutoVerifiedAttributes",
        "auto_verified_attributes",
        "The attributes that are verified by a code at sign-up.",
    ),
    Attribute::new(
        "written_tier",
        Shape::Word,
        "UserPoolTier",
        "user_pool_tier",
        "The feature plan as the template names it; () where it names none.",
    ),
    // Where the pool is, what refers to it, its email and its triggers.
    Attribute::derived("region", Shape::Text, super::region, "The pool's Region, where the input says it."),
    Attribute::derived("account", Shape::Text, super::account, "The pool's account, where the input says it."),
    Attribute::referrers("clients", "user_pool_client", "pool", "The pool's app clients."),
    Attribute::referrers("domains", "domain", "pool", "The pool's domains."),
    Attribute::referrers("providers", "identity_provider", "pool", "The pool's identity providers."),
    Attribute::referrers("resource_servers", "resource_server", "pool", "The pool's resource servers."),
    Attribute::referrers(
        "brandings",
        "managed_login_branding",
        "pool",
        "The styles of the pool's managed login pages.",
    ),
    Attribute::new(
        "email_identity",
        Shape::Link("ses_identity", "arn"),
        "EmailConfiguration.SourceArn",
        "email_configuration.source_arn",
        "The identity of Amazon SES that sends the pool's email.",
    ),
    Attribute::new(
        "email_from",
        Shape::Text,
        "EmailConfiguration.From",
        "email_configuration.from_email_address",
        "The sender of the pool's email.",
    ),
    Attribute::new(
        "confirm_with",
        Shape::Word,
        "VerificationMessageTemplate.DefaultEmailOption",
        "verification_message_template.default_email_option",
        "How users confirm their address: CONFIRM_WITH_CODE or CONFIRM_WITH_LINK.",
    )
    .or("CONFIRM_WITH_CODE"),
    Attribute::new(
        "threat_protection",
        Shape::Word,
        "UserPoolAddOns.AdvancedSecurityMode",
        "user_pool_add_ons.advanced_security_mode",
        "Threat protection: OFF, AUDIT or ENFORCED.",
    )
    .or("OFF"),
    Attribute::new(
        "triggers",
        Shape::Block(TRIGGERS),
        "LambdaConfig",
        "lambda_config",
        "The functions that Amazon Cognito calls.",
    ),
];

static TRIGGERS: &[Attribute] = &[
    Attribute::new("kms_key", Shape::Text, "KMSKeyID", "kms_key_id", "The key for the codes that custom senders get."),
    trigger("pre_sign_up", "PreSignUp", "pre_sign_up"),
    trigger("custom_message", "CustomMessage", "custom_message"),
    trigger("post_confirmation", "PostConfirmation", "post_confirmation"),
    trigger("pre_authentication", "PreAuthentication", "pre_authentication"),
    trigger("post_authentication", "PostAuthentication", "post_authentication"),
    trigger("define_auth_challenge", "DefineAuthChallenge", "define_auth_challenge"),
    trigger("create_auth_challenge", "CreateAuthChallenge", "create_auth_challenge"),
    trigger("verify_auth_challenge_response", "VerifyAuthChallengeResponse", "verify_auth_challenge_response"),
    trigger("user_migration", "UserMigration", "user_migration"),
    trigger("pre_token_generation", "PreTokenGeneration", "pre_token_generation"),
    Attribute::new(
        "token_generation_version",
        Shape::Word,
        "PreTokenGenerationConfig.LambdaVersion",
        "pre_token_generation_config.lambda_version",
        "The version of the event that the function before token generation gets.",
    ),
    trigger("token_generation", "PreTokenGenerationConfig.LambdaArn", "pre_token_generation_config.lambda_arn"),
    trigger("custom_email_sender", "CustomEmailSender.LambdaArn", "custom_email_sender.lambda_arn"),
    trigger("custom_sms_sender", "CustomSMSSender.LambdaArn", "custom_sms_sender.lambda_arn"),
];

const fn trigger(name: &'static str, cloudformation: &'static str, terraform: &'static str) -> Attribute {
    let shape = Shape::Link("lambda_function", "arn");
    Attribute::new(name, shape, cloudformation, terraform, "The function that is called on this occasion.")
}

const FACTORS_DOC: &str = "The second factors that users can have: SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP. CloudFormation lists \
     them in EnabledMfas and takes SMS alone when that is missing; Terraform has a block for each.";
const SWITCHED_DOC: &str = "The second factors that the template switches on by name, which AWS refuses while MFA is off. An SMS \
     configuration alone is none.";
const FIRST_FACTORS_CFN: &str = "Policies.SignInPolicy.AllowedFirstAuthFactors";
const FIRST_FACTORS_TF: &str = "sign_in_policy.allowed_first_auth_factors";
const FIRST_FACTORS_DOC: &str =
    "The first factors that users can sign in with: PASSWORD, EMAIL_OTP, SMS_OTP, WEB_AUTHN.";

static SMS: &[Attribute] = &[
    Attribute::new(
        "role",
        Shape::Link("role", "arn"),
        "SnsCallerArn",
        "sns_caller_arn",
        "The role with which Cognito publishes text messages.",
    ),
    Attribute::new(
        "external_id",
        Shape::Text,
        "ExternalId",
        "external_id",
        "The ExternalId that Cognito presents when it assumes the role.",
    ),
    Attribute::new("region", Shape::Text, "SnsRegion", "sns_region", "The Region of SNS."),
    Attribute::new("eums", Shape::Block(EUMS), "EumsSms", "", "AWS End User Messaging instead of SNS."),
];

static EUMS: &[Attribute] = &[
    Attribute::new(
        "role",
        Shape::Link("role", "arn"),
        "CallerArn",
        "",
        "The role with which Cognito sends text messages.",
    ),
    Attribute::new(
        "external_id",
        Shape::Text,
        "ExternalId",
        "",
        "The ExternalId that Cognito presents when it assumes the role.",
    ),
    Attribute::new(
        "origination_identity",
        Shape::Text,
        "OriginationIdentity",
        "",
        "The phone number, pool or sender id.",
    ),
];

fn never(graph: &Graph, id: NodeId) -> Value {
    Value::absent(graph.read(id, "name").place)
}

fn nowhere(graph: &Graph, id: NodeId) -> Value {
    never(graph, id)
}

/// What follows from a pool's configuration: nothing that templates refer to.
fn computed(_resource: &ResourceRef, _attribute: &str, _config: &Value) -> Option<Value> {
    None
}

fn property(graph: &Graph, id: NodeId, key: &str) -> Value {
    graph.node(id).map_or_else(|| never(graph, id), |node| node.resource.properties.get(key))
}

fn is_terraform(graph: &Graph, id: NodeId) -> bool {
    graph.node(id).is_some_and(|node| node.dialect == Dialect::Terraform)
}

/// YAML 1.1 reads an unquoted `ON` as true, and so does CloudFormation; the deployment then fails.
fn unquoted_mfa(graph: &Graph, id: NodeId) -> Value {
    property(graph, id, "MfaConfiguration").each(&mut |value| {
        let boolean = match &value.data {
            Data::Bool(_) => true,
            Data::String(text) => matches!(text.as_ref(), "true" | "false"),
            Data::Unknown(_) => return value.clone(),
            _ => false,
        };
        let written = graph.sources().slice(value.span);
        if boolean { Value { data: Data::String(written.into()), ..value.clone() } } else { Value::absent(value.span) }
    })
}

fn factors(graph: &Graph, id: NodeId) -> Value {
    if is_terraform(graph, id) {
        let sms = present(&block(&property(graph, id, "sms_configuration")), "SMS_MFA");
        return with_items(switched_factors(graph, id), vec![sms]);
    }
    // Without EnabledMfas, CreateUserPool alone sets the mode, and it knows SMS only.
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
    let sms = property(graph, id, "SmsConfiguration");
    property(graph, id, "EnabledMfas").each(&mut |enabled| match &enabled.data {
        Data::Absent => Value::list(vec![present(&sms, "SMS_MFA")], enabled.span),
        _ => enabled.clone(),
    })
}

fn switched_factors(graph: &Graph, id: NodeId) -> Value {
    if !is_terraform(graph, id) {
        return property(graph, id, "EnabledMfas");
    }
    let software_token = block(&property(graph, id, "software_token_mfa_configuration"));
    let email = block(&property(graph, id, "email_mfa_configuration"));
    let enabled = software_token.get("enabled").each(&mut |enabled| match &enabled.data {
        Data::Bool(true) => Value { data: Data::String("SOFTWARE_TOKEN_MFA".into()), ..enabled.clone() },
        Data::String(text) if text.as_ref() == "true" => {
            Value { data: Data::String("SOFTWARE_TOKEN_MFA".into()), ..enabled.clone() }
        }
        Data::Unknown(_) | Data::Text(_) => enabled.clone(),
        _ => Value::absent(enabled.span),
    });
    let place = graph.read(id, "name").place;
    with_items(Value::list(Vec::new(), place), vec![enabled, present(&email, "EMAIL_OTP")])
}

/// A Terraform block type that occurs at most once: the block, absent, or unknown.
fn block(value: &Value) -> Value {
    value.each(&mut |value| match &value.data {
        Data::List(list) => match (list.items.first(), &list.rest) {
            (Some(first), _) => first.clone(),
            (None, Some(rest)) => Value::unknown(rest.derive("[0]"), value.span),
            (None, None) => Value::absent(value.span),
        },
        _ => value.clone(),
    })
}

/// A word where a block is there, absent where it is not, unknown where that is not known.
fn present(block: &Value, word: &str) -> Value {
    block.each(&mut |block| match &block.data {
        Data::Absent | Data::Null => Value::absent(block.span),
        Data::Unknown(_) => block.clone(),
        _ => Value::string(word, block.span),
    })
}

/// A list with more items. An item that is unknown as a whole may also be missing: it becomes part of what nobody knows. A list
/// that nobody wrote has the place of its only item.
fn with_items(list: Value, more: Vec<Value>) -> Value {
    let Some(known) = list.as_list() else { return list };
    let mut result = known.clone();
    for item in more {
        match item.as_unknown() {
            Some(unknown) => result.rest = Some(unknown.clone()),
            None if item.is_absent() => {}
            None => result.items.push(item),
        }
    }
    let span = match (known.items.as_slice(), result.items.as_slice()) {
        ([], [only]) => only.span,
        _ => list.span,
    };
    Value { data: Data::List(Arc::new(result)), span, ..list }
}

fn recovery(graph: &Graph, id: NodeId) -> Value {
    let terraform = is_terraform(graph, id);
    let (setting, mechanisms, name) = if terraform {
        ("account_recovery_setting", "recovery_mechanism", "name")
    } else {
        ("AccountRecoverySetting", "RecoveryMechanisms", "Name")
    };
    let setting = block(&property(graph, id, setting));
    setting.each(&mut |setting| match &setting.data {
        Data::Map(_) => setting.get(mechanisms).each(&mut |mechanisms| match &mechanisms.data {
            Data::List(list) => {
                let items = list.items.iter().map(|item| item.get(name)).collect();
                let list = List { items, rest: list.rest.clone() };
                Value { data: Data::List(Arc::new(list)), ..mechanisms.clone() }
            }
            Data::Absent | Data::Null => Value::list(Vec::new(), setting.span),
            _ => mechanisms.clone(),
        }),
        Data::Null => Value::absent(setting.span),
        _ => setting.clone(),
    })
}
