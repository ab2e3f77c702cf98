//! Provider configurations: in which Region and account a module's resources are made.

use super::module::{Module, alias, attribute};
use super::repetition::Bindings;
use super::resolver::{InstanceId, Node, Place, Resolver};
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr, ExprKind, ObjectKey, StepKind};
use crate::value::{Data, Part, Refine, Shape, Term, Unknown, Value, Why};
use std::sync::Arc;

/// The provider configuration that blocks use when they name none.
const DEFAULT: &str = "aws";

impl Resolver<'_, '_> {
    /// The provider configuration that a block uses: `aws`, or `aws.alias`.
    pub(super) fn provider_of(&self, _at: InstanceId, block: &Block) -> Arc<str> {
        let named = attribute(block, "provider").and_then(|provider| reference(&provider.value));
        named.unwrap_or_else(|| DEFAULT.into())
    }

    /// The Region of a provider configuration.
    pub(super) fn region(&mut self, at: InstanceId, provider: &Arc<str>, span: Span) -> Value {
        self.solve(at, Node::Region(provider.clone()), span, |this| {
            let (at, provider) = this.configuration(at, provider);
            let module = this.module(at);
            let written = configuration(&module, &provider).and_then(|block| attribute(block, "region"));
            let value = written.map(|region| {
                let place = Place { instance: at, bindings: Bindings::none() };
                this.evaluate(&place, &region.value)
            });
            match value {
                Some(value) if !value.is_unknown() && !matches!(value.data, Data::Null) => value,
                Some(value) if value.is_unknown() && this.given.region.is_none() => value,
                _ if *provider == *DEFAULT => this.default_region(span),
                _ => Value::opaque(Why::Pseudo("AWS::Region".into()), span),
            }
        })
    }

    /// True for a configuration of the AWS provider that is not the root module's default one.
    pub(super) fn is_other_aws(&self, at: InstanceId, provider: &Arc<str>) -> bool {
        let (at, provider) = self.configuration(at, provider);
        provider.split('.').next() == Some(DEFAULT) && (at != Self::ROOT || *provider != *DEFAULT)
    }

    fn default_region(&self, span: Span) -> Value {
        match &self.given.region {
            Some(region) => Value::string(region.as_str(), span),
            None => self.pseudo("AWS::Region", Shape::region(), span),
        }
    }

    /// The account of a provider configuration: the only one that it allows, that of the role that it assumes, the given one,
    /// or an unknown.
    pub(super) fn account(&mut self, at: InstanceId, provider: &Arc<str>, span: Span) -> Value {
        let (at, provider) = self.configuration(at, provider);
        let module = self.module(at);
        let block = configuration(&module, &provider);
        if let Some(allowed) = block.and_then(|block| attribute(block, "allowed_account_ids")) {
            let place = Place { instance: at, bindings: Bindings::none() };
            let value = self.evaluate(&place, &allowed.value);
            if let Some([only]) = value.as_list().filter(|list| list.rest.is_none()).map(|list| list.items.as_slice())
                && only.as_str().is_some()
            {
                return only.clone();
            }
        }
        if let Some(account) = block.and_then(|block| self.account_of_role(at, block)) {
            return account;
        }
        match &self.given.account {
            Some(account) if *provider == *DEFAULT => Value::string(account.as_str(), span),
            _ if *provider == *DEFAULT => self.pseudo("AWS::AccountId", Shape::account(), span),
            // An alias for another Region, with the credentials of the default configuration.
            _ if block.is_some_and(has_default_credentials)
                && configuration(&self.module(Self::ROOT), DEFAULT).is_none_or(has_default_credentials) =>
            {
                self.account(Self::ROOT, &DEFAULT.into(), span)
            }
            _ => {
                let name = format!("AWS::AccountId of provider {provider}");
                self.pseudo(&name, Shape::account(), span)
            }
        }
    }

    /// The account in the ARN of the role that a provider assumes, as far as that is written: the role's name may be open.
    fn account_of_role(&mut self, at: InstanceId, provider: &Block) -> Option<Value> {
        let is_role = |block: &&Block| &*block.kind.text == "assume_role";
        // Of several roles, the last one is that of the resources.
        let role = provider.body.blocks.iter().rfind(is_role)?;
        let place = Place { instance: at, bindings: Bindings::none() };
        let arn = self.evaluate(&place, &attribute(role, "role_arn")?.value);
        let parts = arn.as_parts()?;
        let Some(Part::Literal(start, _)) = parts.first() else { return None };
        let fields: Vec<&str> = start.split(':').collect();
        let [.., "iam", _, account, _] = fields.as_slice() else { return None };
        let is_account = account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit());
        is_account.then(|| Value::string(*account, arn.span))
    }

    /// The partition: it follows from a known Region.
    pub(super) fn partition(&mut self, at: InstanceId, provider: &Arc<str>, span: Span) -> Value {
        let region = self.region(at, provider, span);
        match region.as_str().and_then(partition_of) {
            Some(partition) => Value::string(partition, span),
            None => self.pseudo("AWS::Partition", Shape::region(), span),
        }
    }

    fn pseudo(&self, name: &str, shape: Shape, span: Span) -> Value {
        let unknown = Unknown::new(Why::Pseudo(name.into()), Term::Pseudo(self.scope, name.into()));
        Value::unknown(unknown.refined(Refine::string(shape)), span)
    }

    /// Where a provider configuration that a module uses is written: its own one, or the caller's that is passed to it.
    fn configuration(&self, at: InstanceId, provider: &Arc<str>) -> (InstanceId, Arc<str>) {
        let (mut at, mut provider) = (at, provider.clone());
        while let Some(caller) = self.instances.get(at.0).and_then(|instance| instance.caller.clone()) {
            if configuration(&self.module(at), &provider).is_some() {
                break;
            }
            let calling = self.module(caller.instance);
            let passed = calling.calls.get(&caller.call).and_then(|call| attribute(call, "providers"));
            provider = passed.and_then(|map| passed_as(&map.value, &provider)).unwrap_or(provider);
            at = caller.instance;
        }
        (at, provider)
    }
}

/// True when nothing in a provider block says as whom the provider signs in.
fn has_default_credentials(provider: &Block) -> bool {
    let of_credentials = |name: &str| {
        name.starts_with("assume_role")
            || ["access_key", "profile", "shared_credentials_file", "shared_credentials_files", "shared_config_files"]
                .contains(&name)
    };
    let body = &provider.body;
    !body.attributes.iter().any(|attribute| of_credentials(&attribute.key.text))
        && !body.blocks.iter().any(|block| of_credentials(super::module::nested_kind(block)))
}

/// The provider block of a name: `aws`, or `aws.alias`.
fn configuration<'m>(module: &'m Module, provider: &str) -> Option<&'m Block> {
    let (name, wanted) = match provider.split_once('.') {
        Some((name, alias)) => (name, Some(alias)),
        None => (provider, None),
    };
    let of_name = |block: &&Block| block.labels.first().is_some_and(|label| &*label.text == name);
    module.providers.iter().filter(of_name).find(|block| alias(block).as_deref() == wanted)
}

/// The caller's name of a configuration that a `providers` argument passes under a name.
fn passed_as(providers: &Expr, name: &str) -> Option<Arc<str>> {
    let ExprKind::Object(entries) = &providers.kind else { return None };
    let key = |key: &ObjectKey| match key {
        ObjectKey::Name(name) => Some(name.text.clone()),
        ObjectKey::Expr(expr) => expr.as_text().or_else(|| reference(expr)),
    };
    entries.iter().find(|(known, _)| key(known).as_deref() == Some(name)).and_then(|(_, value)| reference(value))
}

/// `aws` or `aws.alias`; old versions put it in quotes.
fn reference(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name.clone()),
        ExprKind::Parenthesis(inner) => reference(inner),
        ExprKind::Traversal(root, steps) => match (&root.kind, steps.as_slice()) {
            (ExprKind::Variable(name), [step]) => match &step.kind {
                StepKind::Attribute(alias) => Some(format!("{name}.{alias}").into()),
                _ => None,
            },
            _ => None,
        },
        _ => expr.as_text(),
    }
}

/// The partition of a Region, by its prefix.
fn partition_of(region: &str) -> Option<&'static str> {
    const PREFIXES: [(&str, &str); 5] = [
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("cn-", "aws-cn"),
    ];
    const COMMERCIAL: [&str; 9] = ["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"];
    let special = PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix)).map(|(_, partition)| *partition);
    let commercial = || COMMERCIAL.iter().any(|prefix| region.starts_with(prefix)) && !region.contains("iso");
    special.or_else(|| commercial().then_some("aws"))
}
