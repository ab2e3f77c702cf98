//! The kinds of resource that rules speak of. One file per kind, with its CloudFormation *and* its Terraform spelling side by
//! side; what a kind knows, both frontends know.
//!
//! A kind is data: a table of attributes, each with its shape and where either language writes it. The engine derives from
//! that table what rules may say, the load-time check derives "did you mean", and the documentation is generated from it.

mod branding;
mod client;
mod domain;
mod email_identity;
mod function;
mod group;
mod identity_provider;
mod log_delivery;
mod organization;
mod policy;
mod resource_server;
mod risk;
mod role;
mod topic;
mod user_pool;
mod web_acl;

use super::{Graph, NodeId};
use crate::frontend::{Dialect, Holds, Referent, Schema};
use crate::value::{Data, Part, Refine, ResourceRef, Shape as TextShape, Term, Unknown, Value, Why};

/// All kinds.
pub static KINDS: &[&Kind] = &[
    &user_pool::USER_POOL,
    &client::USER_POOL_CLIENT,
    &resource_server::RESOURCE_SERVER,
    &role::ROLE,
    &policy::ROLE_POLICY,
    &policy::MANAGED_POLICY,
    &policy::POLICY_ATTACHMENT,
    &policy::EXCLUSIVE_POLICIES,
    &policy::POLICY_LOOKUP,
    &organization::ORGANIZATION_POLICY,
    &organization::ORGANIZATION_POLICY_ATTACHMENT,
    &topic::TOPIC,
    &domain::DOMAIN,
    &identity_provider::IDENTITY_PROVIDER,
    &group::GROUP,
    &risk::RISK_CONFIGURATION,
    &branding::MANAGED_LOGIN_BRANDING,
    &log_delivery::LOG_DELIVERY,
    &function::LAMBDA_FUNCTION,
    &function::LAMBDA_PERMISSION,
    &email_identity::SES_IDENTITY,
    &email_identity::SES_IDENTITY_POLICY,
    &web_acl::WEB_ACL,
    &web_acl::WEB_ACL_ASSOCIATION,
];

/// The kind of a name.
pub fn named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// The kind that a resource type belongs to.
pub fn of_type(type_name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.cloudformation.contains(&type_name) || kind.terraform.contains(&type_name))
}

/// The resource types of a kind, of both languages; those of a raw type: itself.
pub fn types_of(kind_or_type: &str) -> Vec<&str> {
    match named(kind_or_type) {
        Some(kind) => kind.cloudformation.iter().chain(kind.terraform).copied().collect(),
        None => vec![kind_or_type],
    }
}

/// A handle of a resource as its configuration writes it; absent for a kind without a handle of that name.
pub fn written(graph: &Graph, id: NodeId, handle: &str) -> Value {
    let kind = graph.node(id).and_then(|node| node.kind);
    let handle = kind.and_then(|kind| kind.handles.iter().find(|own| own.name == handle));
    handle.map_or_else(|| Value::absent(graph.read(id, "").place), |handle| (handle.written)(graph, id))
}

/// A kind of resource.
#[derive(Debug)]
pub struct Kind {
    /// What rules call it: `user_pool`.
    pub name: &'static str,
    /// One sentence for the vocabulary page.
    pub doc: &'static str,
    /// Its CloudFormation types.
    pub cloudformation: &'static [&'static str],
    /// Its Terraform types.
    pub terraform: &'static [&'static str],
    /// What may be said of it.
    pub attributes: &'static [Attribute],
    /// By what others refer to it.
    pub handles: &'static [Handle],
    /// The value of an attribute that the template's other resources may refer to, but that its configuration need not
    /// hold; `None` where it exists only after creation.
    pub computed: fn(&ResourceRef, attribute: &str, config: &Value) -> Option<Value>,
}

/// Something by which other resources name a resource.
#[derive(Debug)]
pub struct Handle {
    /// `arn`, `name`, `id`
    pub name: &'static str,
    /// The attribute in CloudFormation: `Arn`, or `Ref`.
    pub cloudformation: &'static str,
    /// The attributes in Terraform: `arn`; `name` and `id` where both are the same.
    pub terraform: &'static [&'static str],
    /// The handle as a string, as far as the configuration says it: the ARN built from path and name.
    pub written: fn(&Graph, NodeId) -> Value,
}

/// Something that rules may say of a kind.
#[derive(Debug)]
pub struct Attribute {
    /// What rules call it: `external_id`.
    pub name: &'static str,
    /// One sentence for the vocabulary page.
    pub doc: &'static str,
    /// What it is.
    pub shape: Shape,
    /// Where CloudFormation writes it.
    pub cloudformation: Source,
    /// Where Terraform writes it.
    pub terraform: Source,
    /// What the service takes when nobody writes it.
    pub default: Option<&'static str>,
    /// True for what `SetUserPoolMfaConfig` and its like can change behind the template's back.
    pub out_of_band: bool,
}

impl Attribute {
    /// An attribute that both languages write under a path of keys joined by dots. An empty path: that language has no word
    /// for it, it is absent there.
    pub const fn new(
        name: &'static str,
        shape: Shape,
        cloudformation: &'static str,
        terraform: &'static str,
        doc: &'static str,
    ) -> Self {
        let (cloudformation, terraform) = (Source::Path(cloudformation), Source::Path(terraform));
        Self { name, doc, shape, cloudformation, terraform, default: None, out_of_band: false }
    }

    /// An attribute that is worked out from others.
    pub const fn derived(
        name: &'static str,
        shape: Shape,
        source: fn(&Graph, NodeId) -> Value,
        doc: &'static str,
    ) -> Self {
        let source = Source::Derived(source);
        Self { name, doc, shape, cloudformation: source, terraform: source, default: None, out_of_band: false }
    }

    /// The resources of a kind whose link attribute leads here. Nobody writes it: its place is that of the resource.
    pub const fn referrers(name: &'static str, kind: &'static str, attribute: &'static str, doc: &'static str) -> Self {
        Self::new(name, Shape::Referrers(kind, attribute), "", "", doc)
    }

    /// With the value that the service takes when nobody writes one.
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Changed by calls outside the template.
    pub const fn out_of_band(mut self) -> Self {
        self.out_of_band = true;
        self
    }

    /// With a second path in CloudFormation, for where the first one is absent.
    pub const fn cloudformation_or(mut self, second: &'static str) -> Self {
        if let Source::Path(first) = self.cloudformation {
            self.cloudformation = Source::Either(first, second);
        }
        self
    }

    /// With a second path in Terraform, for where the first one is absent: another provider's word.
    pub const fn terraform_or(mut self, second: &'static str) -> Self {
        if let Source::Path(first) = self.terraform {
            self.terraform = Source::Either(first, second);
        }
        self
    }

    /// With another way to find it in Terraform.
    pub const fn terraform(mut self, source: fn(&Graph, NodeId) -> Value) -> Self {
        self.terraform = Source::Derived(source);
        self
    }

    /// With another way to find it in CloudFormation.
    pub const fn cloudformation(mut self, source: fn(&Graph, NodeId) -> Value) -> Self {
        self.cloudformation = Source::Derived(source);
        self
    }

    /// Where a language writes it.
    pub fn source(&self, dialect: Dialect) -> Source {
        match dialect {
            Dialect::CloudFormation => self.cloudformation,
            Dialect::Terraform => self.terraform,
        }
    }
}

/// Where an attribute's value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// A path of keys, joined by dots, from the enclosing block (or the properties). Empty: not expressible, so absent.
    Path(&'static str),
    /// Two such paths; the second one where nothing stands under the first.
    Either(&'static str, &'static str),
    /// Worked out.
    Derived(fn(&Graph, NodeId) -> Value),
}

/// What an attribute is. Values are brought to their shape as the language's engine would: `"true"` is true where a boolean
/// stands, `3` is `"3"` where a string stands.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A string.
    Text,
    /// One of a few words; an unquoted YAML `ON` there is a mistake of its own.
    Word,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A list.
    List(&'static Shape),
    /// A nested block with attributes of its own; in Terraform a block type that occurs at most once.
    Block(&'static [Attribute]),
    /// A policy document: a map, or a string that holds JSON.
    Document,
    /// Another resource of the kind named first, referred to by the handle named second.
    Link(&'static str, &'static str),
    /// The resources of the kind named first whose attribute named second is a link to this one. Where a link of that kind is
    /// not known, or a part of the input is hidden, the list is not fully known.
    Referrers(&'static str, &'static str),
}

/// No handle in words: AWS makes it up at creation.
fn never(graph: &Graph, id: NodeId) -> Value {
    Value::absent(graph.read(id, "name").place)
}

/// Nothing that templates refer to follows from the configuration.
fn nothing(_resource: &ResourceRef, _attribute: &str, _config: &Value) -> Option<Value> {
    None
}

/// The Region that a resource is made in. From version 6 on, Terraform's provider lets every resource name one of its own.
fn region(graph: &Graph, id: NodeId) -> Value {
    let own = graph.node(id).filter(|node| node.dialect == Dialect::Terraform);
    let own = own.map(|node| node.resource.properties.get("region"));
    match own.filter(|own| !matches!(own.data, Data::Absent | Data::Null)) {
        Some(own) => own,
        None => graph.region_of(id),
    }
}

/// The account that a resource is made in.
fn account(graph: &Graph, id: NodeId) -> Value {
    graph.account_of(id)
}

/// The ARN of an IAM entity, as far as the template says it: `arn:PARTITION:iam::ACCOUNT:TYPE/PATH/NAME`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
fn iam_arn(graph: &Graph, id: NodeId, entity: &str, name: Value) -> Value {
    let Some(node) = graph.node(id) else { return name };
    let scope = node.resource.id.scope;
    let pseudo = |word: &str, shape: TextShape| {
        let unknown = Unknown::new(Why::Pseudo(word.into()), Term::Pseudo(scope, word.into()));
        Value::unknown(unknown.refined(Refine::string(shape)), name.span)
    };
    let account = match graph.account_of(id) {
        account if account.as_str().is_some() || !node.resource.attributes.get("provider").is_absent() => account,
        _ => pseudo("AWS::AccountId", TextShape::account()),
    };
    let literal = |text: &str| Value::string(text, name.span);
    let partition = pseudo("AWS::Partition", TextShape::region());
    let path = graph.read(id, "path").value;
    let head = [literal("arn:"), partition, literal(":iam::"), account, literal(":"), literal(entity), path];
    let parts: Vec<Value> = head.into_iter().chain([name.clone()]).collect();
    Value::concat(&parts, name.span).unwrap_or(name)
}

/// The account in a written ARN; `None` where a hole may stand there, or it is no ARN of IAM.
fn arn_account(arn: &Value) -> Option<Value> {
    const HOLE: char = '\u{0}';
    let mut text = String::new();
    for part in arn.as_parts()? {
        match part {
            Part::Literal(literal, _) => text.push_str(&literal),
            Part::Hole(..) => text.push(HOLE),
        }
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, _]
            if !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Some(Value { data: Data::String((*account).into()), ..arn.clone() })
        }
        _ => None,
    }
}

const DELETION_POLICY_DOC: &str =
    "What becomes of the resource when its stack is deleted (CloudFormation's DeletionPolicy).";

/// `DeletionPolicy` stands beside the properties. Nobody writes it: the resource is deleted.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html>
fn deletion_policy(graph: &Graph, id: NodeId) -> Value {
    let written = graph.node(id).map(|node| node.resource.attributes.get("DeletionPolicy"));
    match written {
        Some(written) if !written.is_absent() => written,
        _ => Value::string("Delete", graph.read(id, "name").place.part(0, 0)),
    }
}

/// What a language has no word for.
fn nowhere(graph: &Graph, id: NodeId) -> Value {
    Value::absent(graph.read(id, "name").place)
}

/// All kinds, as the frontends ask for them.
#[derive(Debug)]
pub struct AllKinds;

impl Schema for AllKinds {
    fn computed(&self, resource: &ResourceRef, type_name: &str, attribute: &str, config: &Value) -> Option<Value> {
        let kind = of_type(type_name)?;
        (kind.computed)(resource, attribute, config)
    }

    fn reads(&self, type_name: &str) -> bool {
        of_type(type_name).is_some() || super::link::may_change(type_name)
    }

    fn holds(&self, type_name: &str, path: &str) -> Option<Holds> {
        let kind = KINDS.iter().find(|kind| kind.terraform.contains(&type_name))?;
        held(kind.attributes, path)
    }
}

/// What stands in Terraform under a path of keys.
fn held(attributes: &'static [Attribute], path: &str) -> Option<Holds> {
    let mut inside = false;
    for attribute in attributes {
        let (first, second) = match attribute.terraform {
            Source::Path(own) => (own, ""),
            Source::Either(first, second) => (first, second),
            // A list that is worked out, such as `roles`, stands under its own name or under that of one element.
            Source::Derived(_) if attribute.name == path || attribute.name.strip_suffix('s') == Some(path) => {
                return Some(attribute.shape.holds());
            }
            Source::Derived(_) => continue,
        };
        for own in [first, second].into_iter().filter(|own| !own.is_empty()) {
            if own == path {
                return Some(attribute.shape.holds());
            }
            let deeper = path.strip_prefix(own).and_then(|rest| rest.strip_prefix('.'));
            if let (Some(deeper), Some(block)) = (deeper, attribute.shape.block()) {
                return held(block, deeper);
            }
            inside |= own.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        }
    }
    inside.then_some(Holds::Block)
}

impl Shape {
    /// The attributes of a block, or of each block of a list.
    fn block(self) -> Option<&'static [Attribute]> {
        match self {
            Self::Block(attributes) => Some(attributes),
            Self::List(inner) => inner.block(),
            _ => None,
        }
    }

    fn holds(self) -> Holds {
        match self {
            Self::Block(_) => Holds::Block,
            Self::List(inner) => inner.holds(),
            Self::Link(kind, handle) => {
                let referent = named(kind).and_then(|kind| {
                    let handle = kind.handles.iter().find(|own| own.name == handle)?;
                    Some(Referent { types: kind.terraform, attributes: handle.terraform })
                });
                referent.map_or(Holds::Value, Holds::Reference)
            }
            _ => Holds::Value,
        }
    }
}
