//! The calls that are asked about, and what they carry: action, resource, condition keys.

use super::judged::Doubt;
use super::symbolic::Symbolic;
use crate::source::{FileId, Span};
use crate::value::{Class, Data, Kind, Part, Refine, Scenario, Shape, Term, Unknown, Value, Why};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The service principal as which Amazon Cognito user pools call AWS.
pub const COGNITO: &str = "cognito-idp.amazonaws.com";

/// The condition key of the external id.
pub const EXTERNAL_ID: &str = "sts:ExternalId";

/// Which call is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `sns:Publish` of a text message to a phone number, by the SMS role.
    SmsPublish,
    /// `sms-voice:SendTextMessage` from the origination identity, by the SMS role.
    EumsSend,
    /// `sts:AssumeRole` of the SMS role, by Amazon Cognito.
    CognitoAssume,
}

impl Call {
    /// The action that is called.
    pub fn action(self) -> &'static str {
        match self {
            Self::SmsPublish => "sns:Publish",
            Self::EumsSend => "sms-voice:SendTextMessage",
            Self::CognitoAssume => "sts:AssumeRole",
        }
    }
}

/// What a condition key holds in a call.
#[derive(Clone, Debug)]
pub enum KeyState {
    /// The call certainly does not carry it.
    Absent,
    /// It carries this value.
    Known(Symbolic),
    /// One of these, nobody knows which.
    OneOf(Vec<KeyState>),
    /// Not known.
    Open {
        /// It may be missing.
        may_be_absent: bool,
        /// It may have several values.
        many: bool,
        /// Why it is not known; `None` for the nature of the key.
        because: Option<Doubt>,
    },
}

impl KeyState {
    const fn open(may_be_absent: bool, many: bool) -> Self {
        Self::Open { may_be_absent, many, because: None }
    }

    /// The key of a value of the input: absent for what is absent, null or empty, open for what has no string form or
    /// depends on an open variable.
    pub fn of(value: &Value, scenario: &Scenario) -> Self {
        let value = match value.resolve(scenario) {
            Ok(value) => value,
            Err(variable) => {
                let because = Some(Doubt::on(variable, Some(value.span)));
                return Self::Open { may_be_absent: true, many: false, because };
            }
        };
        match &value.data {
            Data::Null | Data::Absent => Self::Absent,
            _ => match Symbolic::read(value) {
                Some(text) if text.known() == Some("") => Self::Absent,
                Some(text) => Self::Known(text),
                None => {
                    let because = match &value.data {
                        Data::Unknown(unknown) => Doubt::of(unknown, value.span),
                        _ => Doubt::text("a string is expected there", Some(value.span)),
                    };
                    Self::Open { may_be_absent: true, many: false, because: Some(because) }
                }
            },
        }
    }

    /// The same for a value that every call carries: an account, a Region. What the input does not say is open.
    fn always(value: &Value, scenario: &Scenario) -> Self {
        match Self::of(value, scenario) {
            Self::Absent => Self::open(false, false),
            Self::Open { many, because, .. } => Self::Open { may_be_absent: false, many, because },
            state => state,
        }
    }

    fn text(text: &str) -> Self {
        match Symbolic::read(&Value::string(text, nowhere())) {
            Some(text) => Self::Known(text),
            None => Self::open(false, false),
        }
    }
}

/// The resource of a call.
#[derive(Clone, Debug)]
pub enum Asked {
    /// None: a trust policy has no `Resource`.
    Nothing,
    /// This one.
    Text(Symbolic),
    /// Not known: only a bare `*` certainly covers it.
    Open(Doubt),
}

/// A call with everything that a policy can look at.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which call.
    pub call: Call,
    /// Its resource.
    pub resource: Asked,
    /// The condition keys, in lower case.
    keys: Vec<(Cow<'static, str>, KeyState)>,
    /// Keys that the call does not carry, in lower case.
    absent: &'static [&'static str],
    /// Keys that it never carries, besides [`NEVER`]: whole keys, or prefixes that end in `/` or `:`.
    never: &'static [&'static str],
    anything: KeyState,
}

/// Keys that none of the calls ever carries: those of federated sign-in, and of other services.
const NEVER: &[&str] = &[
    "saml:",
    "cognito-identity.amazonaws.com:",
    "accounts.google.com:",
    "graph.facebook.com:",
    "www.amazon.com:",
    "token.actions.githubusercontent.com:",
    "aws:requesttag/",
    "s3:",
    "kms:",
    "ec2:",
    "iam:passedtoservice",
    "iam:awsservicename",
];

/// What the SMS role sends through.
#[derive(Clone, Debug)]
pub enum Path {
    /// Amazon SNS; the value is the pool's `SnsRegion`, absent when not written.
    Sns(Value),
    /// AWS End User Messaging; the value is the `OriginationIdentity` as written.
    Eums(Value),
}

/// What a user pool's text message looks like to IAM.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The path it takes.
    pub path: Path,
    /// The account of the role.
    pub account: Value,
    /// The Region of the pool.
    pub region: Value,
    /// The ARN of the role.
    pub role_arn: Value,
}

/// What Amazon Cognito's assuming of a role for one pool looks like to IAM.
#[derive(Clone, Debug)]
pub struct Assuming {
    /// The account of the pool.
    pub account: Value,
    /// The ARN of the pool; see [`user_pool_arn`] for one that does not exist yet.
    pub pool_arn: Value,
    /// The `ExternalId` that the pool sends; absent when not written.
    pub external_id: Value,
}

/// The ARN of a user pool whose id is not known yet: `arn:<partition>:cognito-idp:<region>:<account>:userpool/<region>_<id>`.
/// Parts that are no strings become holes of the shape that such a part has.
pub fn user_pool_arn(partition: &Value, region: &Value, account: &Value, span: Span) -> Value {
    let part = |value: &Value, name: &str, shape: Shape| match &value.data {
        Data::String(_) | Data::Text(_) | Data::Number(_) => value.as_parts().unwrap_or_default(),
        data => {
            let (why, term) = match data {
                Data::Unknown(unknown) => (unknown.why.clone(), unknown.term.clone()),
                _ => (Why::Attribute(name.into()), Term::call(name, [Term::Opaque(span, 0)])),
            };
            vec![Part::Hole(Unknown::new(why, term).refined(Refine::string(shape)).into(), span)]
        }
    };
    let literal = |text: &str| vec![Part::Literal(text.into(), span)];
    let region = part(region, "the Region", Shape::region());
    let id = Unknown::new(Why::Attribute("the id of the user pool".into()), Term::Opaque(span, 1))
        .refined(Refine::string(Shape::some_of(Class::Name)));
    let parts = [
        literal("arn:"),
        part(partition, "the partition", Shape::region()),
        literal(":cognito-idp:"),
        region.clone(),
        literal(":"),
        part(account, "the account", Shape::account()),
        literal(":userpool/"),
        region,
        literal("_"),
        vec![Part::Hole(id.into(), span)],
    ];
    Value::text(parts.into_iter().flatten(), span)
}

impl Request {
    /// The SMS role sends a text message.
    pub fn sending(sending: &Sending, scenario: &Scenario) -> Self {
        let (call, resource, region) = match &sending.path {
            Path::Sns(sns_region) => {
                (Call::SmsPublish, phone_number(), sns_region_key(sns_region, &sending.region, scenario))
            }
            Path::Eums(identity) => {
                (Call::EumsSend, origination_identity(identity, scenario), KeyState::always(&sending.region, scenario))
            }
        };
        let mut request = Self::new(call, resource);
        // Sessions of a role carry nothing that only direct calls of a service principal, or other actions, carry.
        request.absent = &[
            "aws:principalservicename",
            "aws:principalservicenameslist",
            "aws:calledvia",
            "aws:calledviafirst",
            "aws:calledvialast",
            "aws:sourceaccount",
            "aws:sourcearn",
            "aws:sourceorgid",
            "aws:sourceorgpaths",
            "aws:username",
            "aws:sourceidentity",
            "aws:federatedprovider",
            "aws:multifactorauthage",
            "aws:tagkeys",
            "sns:protocol",
            "sns:endpoint",
            "sts:externalid",
            "sts:rolesessionname",
        ];
        request.set("aws:principalarn", KeyState::always(&sending.role_arn, scenario));
        request.set("aws:principalaccount", KeyState::always(&sending.account, scenario));
        request.set("aws:principaltype", KeyState::text("AssumedRole"));
        request.set("aws:principalisawsservice", KeyState::text("false"));
        request.set("aws:viaawsservice", KeyState::text("false"));
        request.set("aws:requestedregion", region);
        request.set("aws:securetransport", KeyState::text("true"));
        // Whether a service's session of a role says "no MFA" or says nothing is not documented.
        let mfa = KeyState::OneOf(vec![KeyState::Absent, KeyState::text("false")]);
        request.set("aws:multifactorauthpresent", mfa);
        request.set("aws:principalorgpaths", KeyState::open(true, true));
        for key in ["aws:tokenissuetime", "aws:currenttime", "aws:epochtime", "aws:userid"] {
            request.set(key, KeyState::open(false, false));
        }
        // A phone number has no tags.
        request.never = if call == Call::SmsPublish { &["aws:resourcetag/"] } else { &[] };
        request
    }

    /// Amazon Cognito assumes the role.
    pub fn assuming(assuming: &Assuming, scenario: &Scenario) -> Self {
        let mut request = Self::new(Call::CognitoAssume, Asked::Nothing);
        // A service principal belongs to no organization, has no MFA device and no federated identity.
        request.absent = &[
            "aws:calledvia",
            "aws:calledviafirst",
            "aws:calledvialast",
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:multifactorauthpresent",
            "aws:multifactorauthage",
            "aws:username",
            "aws:sourceidentity",
            "sts:sourceidentity",
            "aws:federatedprovider",
            "aws:tagkeys",
            "sts:transitivetagkeys",
        ];
        request.set("sts:externalid", KeyState::of(&assuming.external_id, scenario));
        request.set("aws:sourceaccount", KeyState::always(&assuming.account, scenario));
        request.set("aws:sourcearn", KeyState::always(&assuming.pool_arn, scenario));
        request.set("aws:principalisawsservice", KeyState::text("true"));
        request.set("aws:principalservicename", KeyState::text(COGNITO));
        request.set("aws:principalservicenameslist", KeyState::open(false, true));
        request.set("aws:viaawsservice", KeyState::text("false"));
        request.set("aws:sourceorgpaths", KeyState::open(true, true));
        for key in ["sts:rolesessionname", "aws:requestedregion", "aws:currenttime", "aws:epochtime"] {
            request.set(key, KeyState::open(false, false));
        }
        request
    }

    fn new(call: Call, resource: Asked) -> Self {
        let keys = Vec::with_capacity(20);
        Self { call, resource, keys, absent: &[], never: &[], anything: KeyState::open(true, false) }
    }

    /// The same call with another state of a condition key.
    #[must_use]
    pub fn with_key(mut self, key: &str, state: KeyState) -> Self {
        self.set(key.to_lowercase(), state);
        self
    }

    /// The key stands in lower case.
    fn set(&mut self, key: impl Into<Cow<'static, str>>, state: KeyState) {
        let key = key.into();
        match self.keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = state,
            None => self.keys.push((key, state)),
        }
    }

    /// True for a key that the call carries when the pool is configured to send it.
    pub fn could_carry(&self, key: &str) -> bool {
        self.call == Call::CognitoAssume && key.eq_ignore_ascii_case(EXTERNAL_ID)
    }

    /// What the call carries under a condition key; upper and lower case are the same.
    pub fn key(&self, key: &str) -> &KeyState {
        let is_low = key.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let key = if is_low { Cow::Borrowed(key) } else { Cow::Owned(key.to_lowercase()) };
        if let Some((_, state)) = self.keys.iter().find(|(known, _)| *known == key) {
            return state;
        }
        let absent = self.absent.iter().any(|known| *known == key);
        let never = absent
            || NEVER.iter().chain(self.never).any(|prefix| match prefix.ends_with([':', '/']) {
                true => key.starts_with(prefix),
                false => *key == **prefix,
            });
        if never { &KeyState::Absent } else { &self.anything }
    }
}

/// A place for what no file writes.
pub(super) fn nowhere() -> Span {
    Span::new(FileId(u32::MAX), 0, 0)
}

/// The resource of a text message is the phone number itself, whichever it is.
fn phone_number() -> Asked {
    static ASKED: LazyLock<Asked> = LazyLock::new(some_phone_number);
    ASKED.clone()
}

fn some_phone_number() -> Asked {
    let digits = Unknown::new(Why::Attribute("the phone number".into()), Term::call("phone number", []))
        .refined(Refine::string(Shape::some_of(Class::Digit)));
    let parts = [Part::Literal("+".into(), nowhere()), Part::Hole(digits.into(), nowhere())];
    match Symbolic::read(&Value::text(parts, nowhere())) {
        Some(text) => Asked::Text(text),
        None => Asked::Nothing,
    }
}

fn origination_identity(identity: &Value, scenario: &Scenario) -> Asked {
    let unsaid = || Doubt::text("the origination identity is not written", Some(identity.span));
    match KeyState::of(identity, scenario) {
        KeyState::Known(text) => Asked::Text(text),
        KeyState::Open { because, .. } => Asked::Open(because.unwrap_or_else(unsaid)),
        KeyState::Absent | KeyState::OneOf(_) => Asked::Open(unsaid()),
    }
}

/// The Region in which Amazon SNS is called: `SnsRegion`, else the pool's own. Pools in Seoul must send from Tokyo; pools
/// of five Regions may still send from an older one (Amazon Cognito developer guide, user-pool-sms-settings).
fn sns_region_key(sns_region: &Value, pool_region: &Value, scenario: &Scenario) -> KeyState {
    match KeyState::of(sns_region, scenario) {
        KeyState::Absent => {}
        KeyState::Known(text) if may_be_null(sns_region, scenario) => {
            return KeyState::OneOf(vec![KeyState::Known(text), sns_region_of(pool_region, scenario)]);
        }
        KeyState::Open { because, .. } => return KeyState::Open { may_be_absent: false, many: false, because },
        given => return given,
    }
    sns_region_of(pool_region, scenario)
}

fn sns_region_of(pool_region: &Value, scenario: &Scenario) -> KeyState {
    let own = KeyState::always(pool_region, scenario);
    let KeyState::Known(text) = &own else { return own };
    let Some(region) = text.known() else {
        let because = text.doubts().into_iter().next();
        return KeyState::Open { may_be_absent: false, many: false, because };
    };
    let legacy = match region {
        "ap-northeast-2" => return KeyState::text("ap-northeast-1"),
        "us-east-2" | "ca-central-1" => "us-east-1",
        "ap-south-1" => "ap-southeast-1",
        "eu-central-1" | "eu-west-2" => "eu-west-1",
        _ => return own,
    };
    KeyState::OneOf(vec![own, KeyState::text(legacy)])
}

/// True for an unknown value that may turn out to be null, so that nothing is sent.
pub(super) fn may_be_null(value: &Value, scenario: &Scenario) -> bool {
    let unknown = value.resolve(scenario).ok().and_then(Value::as_unknown);
    unknown.is_some_and(|unknown| !unknown.refine.not_null && unknown.refine.kind != Some(Kind::String))
}
