//! What holds for a plan as a whole: its Region and account, its outputs, and what it leaves out.

use super::Plan;
use super::document::{Instance, Mask};
use super::references::Context;
use crate::frontend::{Given, Opening};
use crate::source::Span;
use crate::syntax::tree::NodeId;
use crate::value::{Entry, Refine, Shape, Term, Unknown, Value, Why};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The provider configuration that resources use when they name none.
const DEFAULT: &str = "aws";

impl Plan<'_> {
    /// The Region of the default provider configuration. What another configuration makes has its Region as an attribute.
    pub(super) fn region(&self, given: &Given) -> Value {
        if let Some(region) = self.region_of(DEFAULT) {
            return region;
        }
        match &given.region {
            Some(region) => Value::string(region.as_str(), self.place()),
            None => self.pseudo("AWS::Region", Shape::region()),
        }
    }

    /// The account: the given one, the only one that the provider allows, or the one that the plan was made in.
    pub(super) fn account(&self, given: &Given) -> Value {
        if let Some(account) = &given.account {
            return Value::string(account.as_str(), self.place());
        }
        let allowed = self.argument_of(DEFAULT, "allowed_account_ids");
        let only = allowed.and_then(|list| match list.as_list()?.items.as_slice() {
            [only] if only.as_str().is_some() => Some(only.clone()),
            _ => None,
        });
        let caller = || self.document.instances.iter().find_map(|instance| self.caller_account(instance));
        only.or_else(caller).unwrap_or_else(|| self.pseudo("AWS::AccountId", Shape::account()))
    }

    /// The account that a data source found for the default provider configuration.
    fn caller_account(&self, instance: &Instance) -> Option<Value> {
        let document = self.document;
        if !instance.address.data || &*instance.address.kind != "aws_caller_identity" {
            return None;
        }
        let declared = self.configuration.resource(&instance.address.declared())?;
        let provider = document.text(declared, "provider_config_key")?;
        let account = document.get(instance.values, "account_id").filter(|_| &**provider == DEFAULT)?;
        Some(Value::string(document.tree.str(account)?.clone(), document.tree.node(account).span))
    }

    /// The provider configuration of a resource and its Region, where it is not the default one.
    pub(super) fn other_provider(&self, at: usize) -> Option<(Value, Value)> {
        let instance = self.document.instances.get(at)?;
        let declared = self.configuration.resource(&instance.address.declared())?;
        let key = self.document.get(declared, "provider_config_key")?;
        let name = self.document.tree.str(key).filter(|name| &***name != DEFAULT)?;
        let span = self.document.tree.node(key).span;
        let unknown = || Value::opaque(Why::Pseudo(format!("the Region of provider {name}").into()), span);
        let region = self.region_of(name).unwrap_or_else(unknown);
        self.is_aws(name).then(|| (Value::string(name.clone(), span), region))
    }

    fn is_aws(&self, provider: &str) -> bool {
        let entry = self.provider(provider);
        entry.and_then(|entry| self.document.text(entry, "name")).is_some_and(|name| &**name == DEFAULT)
    }

    fn provider(&self, key: &str) -> Option<NodeId> {
        self.document
            .get(self.document.section("configuration")?, "provider_config")
            .and_then(|all| self.document.get(all, key))
    }

    fn region_of(&self, provider: &str) -> Option<Value> {
        self.argument_of(provider, "region").filter(|region| region.as_str().is_some_and(|region| !region.is_empty()))
    }

    /// An argument of a provider configuration: a constant, or a variable of the root module.
    fn argument_of(&self, provider: &str, argument: &str) -> Option<Value> {
        let document = self.document;
        let entry = self.provider(provider)?;
        let expression = document.get(document.get(entry, "expressions")?, argument)?;
        if let Some(constant) = self.configuration.constant(expression) {
            return Some(self.known(constant, None));
        }
        let references = self.configuration.references(expression);
        let [only] = references.as_slice() else { return None };
        let variable = only.strip_prefix("var.").filter(|_| document.get(entry, "module_address").is_none())?;
        let value = document.get(document.get(document.section("variables")?, variable)?, "value")?;
        Some(self.known(value, None))
    }

    fn pseudo(&self, name: &str, shape: Shape) -> Value {
        let unknown = Unknown::new(Why::Pseudo(name.into()), Term::Pseudo(self.scope, name.into()));
        Value::unknown(unknown.refined(Refine::string(shape)), self.place())
    }

    /// The outputs of the root module.
    pub(super) fn outputs(&self) -> BTreeMap<Arc<str>, Value> {
        let document = self.document;
        let tree = &document.tree;
        let mut outputs = BTreeMap::new();
        let changes = document.section("output_changes").map_or(&[][..], |changes| tree.entries(changes));
        for (name, change) in changes {
            let (Some(name), Some((_, after))) = (tree.str(*name), tree.get(*change, "after")) else { continue };
            let unknown = document.get(*change, "after_unknown").map_or(Mask::Missing, Mask::At);
            let sensitive = document.flag(*change, "after_sensitive") == Some(true);
            outputs.extend(self.output(name, after, unknown, sensitive).map(|value| (name.clone(), value)));
        }
        let state = document.section("values").and_then(|values| document.get(values, "outputs"));
        for (name, output) in state.map_or(&[][..], |outputs| tree.entries(outputs)) {
            let (Some(name), Some(value)) = (tree.str(*name), document.get(*output, "value")) else { continue };
            let sensitive = document.flag(*output, "sensitive") == Some(true);
            outputs.extend(self.output(name, value, Mask::None, sensitive).map(|value| (name.clone(), value)));
        }
        outputs
    }

    /// What the plan leaves out: resources outside of `-target`, or behind an error.
    pub(super) fn openings(&self, broken: Option<Span>) -> Vec<Opening> {
        let document = self.document;
        let mut openings = Vec::new();
        let mut open = |why: String| openings.push(Opening { why: why.into(), given: None });
        if broken.is_some() {
            open("a part of the plan does not parse".into());
        }
        if document.flag(document.root, "errored") == Some(true) {
            open("the plan ended in an error".into());
        }
        let deferred = document.section("deferred_changes").map_or(&[][..], |list| document.tree.items(list));
        if !deferred.is_empty() {
            open("the plan puts changes off".into());
        }
        if let Some(missing) = self.left_out() {
            open(format!("the plan leaves out {missing}"));
        }
        openings
    }

    /// A resource that the configuration certainly has and the plan says nothing of.
    fn left_out(&self) -> Option<Arc<str>> {
        let seen: BTreeSet<_> = self.document.seen.iter().map(super::address::Address::declared).collect();
        let managed = self.configuration.resources().filter(|(declared, _)| !declared.resource.starts_with("data."));
        let mut left_out = managed
            .filter(|(declared, node)| !seen.contains(declared) && self.configuration.is_single(declared, *node));
        left_out.next().map(|(declared, _)| declared.resource.clone())
    }

    /// The provisioners of a resource: their arguments, and of expressions what they are made of.
    pub(super) fn provisioners(&self, at: usize) -> Option<Value> {
        let instance = self.document.instances.get(at)?;
        let tree = &self.document.tree;
        let declared = self.configuration.resource(&instance.address.declared())?;
        let list = self.document.get(declared, "provisioners")?;
        let context = self.context(at);
        let arguments = |provisioner: &NodeId| {
            let expressions = self.document.get(*provisioner, "expressions");
            let entries = expressions.map_or(&[][..], |expressions| tree.entries(expressions));
            let entry = |(key, expression): &(NodeId, NodeId)| {
                let value = self.provisioner_argument(&context, *expression);
                Some((tree.str(*key)?.clone(), Entry { key_span: tree.node(*key).span, value }))
            };
            Value::map(entries.iter().filter_map(entry), tree.node(*provisioner).span)
        };
        Some(Value::list(tree.items(list).iter().map(arguments).collect(), tree.node(list).span))
    }

    fn provisioner_argument(&self, context: &Context, expression: NodeId) -> Value {
        let span = self.document.tree.node(expression).span;
        if let Some(constant) = self.configuration.constant(expression) {
            return self.known(constant, None);
        }
        let touched = self.origins(context, &self.configuration.expressions_in(expression)).touched;
        let terms = touched.into_iter().filter_map(|of| Some(Term::Attribute(self.reference(of)?, "id".into())));
        let term = Term::call("expression", [Term::Opaque(span, self.scope.0)].into_iter().chain(terms));
        Value::unknown(Unknown::new(Why::Plan("the argument of a provisioner".into()), term), span)
    }
}
