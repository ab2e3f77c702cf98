//! `relevant_attributes`: which attributes of which resources feed the planned changes, as Terraform's own analysis found
//! them. It follows locals and dynamic blocks, of which the plan's configuration says nothing.
//!
//! Terraform writes it since version 1.2, and leaves it out when nothing feeds a change.

use super::Plan;
use super::address::{Address, Declared, Segment, names};
use super::references::{Context, Origins};
use crate::frontend::Referent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// With more resources than this in the configuration nobody looks which of them depend on which.
const MOST_RESOURCES: usize = 2_000;

/// Attributes that say what they are by their name; of another resource than the wanted one, they are nothing else.
const SELF_DESCRIBING: [&str; 8] = ["arn", "id", "name", "json", "minified_json", "policy", "unique_id", "tags_all"];

/// An attribute that feeds the plan and is not known; no name: of the whole resource.
pub(super) type Feed = (usize, Option<Arc<str>>);

/// For a type of reference the one resource that hidden expressions must mean, with its attribute.
pub(super) type OnlyRelevant =
    BTreeMap<(&'static [&'static str], &'static [&'static str]), Option<(usize, &'static str)>>;

impl Plan<'_> {
    /// True when the plan says what feeds it.
    fn says_relevant(&self) -> bool {
        let version = self.document.text(self.document.root, "terraform_version");
        let new = version.is_some_and(|version| {
            let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
            (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (1, 2)
        });
        self.document.section("relevant_attributes").is_some()
            || (new && self.document.section("configuration").is_some())
    }

    /// The unknown attributes that feed the plan.
    fn feeds(&self) -> &[Feed] {
        self.feeds.get_or_init(|| {
            let tree = &self.document.tree;
            let entries = self.document.section("relevant_attributes").map_or(&[][..], |list| tree.items(list));
            let mut feeds = BTreeSet::new();
            for entry in entries {
                let address = self.document.text(*entry, "resource").and_then(|text| Address::parse(text));
                let Some((address, _)) = address else { continue };
                let path = self.document.get(*entry, "attribute").map_or(&[][..], |path| tree.items(path));
                let attribute = path.first().and_then(|first| tree.str(*first)).cloned();
                let unknown = |instance: &usize| match &attribute {
                    Some(name) => self.is_known(*instance, name) != Some(true),
                    None => !self.is_all_known(*instance),
                };
                let unknown = self.matching(&address).into_iter().filter(unknown);
                feeds.extend(unknown.map(|instance| (instance, attribute.clone())));
            }
            feeds.into_iter().collect()
        })
    }

    /// The instances that an address means: one, or all where it has no key.
    fn matching(&self, address: &Address) -> Vec<usize> {
        let document = self.document;
        let of_module = document.instances_of(&address.module, &address.resource());
        let fits = |at: &usize| {
            let own = document.instances.get(*at).and_then(|instance| instance.address.key.as_ref());
            address.key.is_none() || own == address.key.as_ref()
        };
        of_module.iter().copied().filter(fits).collect()
    }

    /// The one resource that a value must come from whose expression the plan does not show: the only one of the
    /// wanted type among what feeds the plan in ways that it does not show either; failing that, the only one among
    /// all that feeds it. `None` when something else may have been passed on there.
    pub(super) fn only_relevant(&self, wanted: &Referent) -> Option<(usize, &'static str)> {
        let key = (wanted.types, wanted.attributes);
        if let Some(known) = self.only_relevant.borrow().get(&key) {
            return *known;
        }
        let found = self.find_only_relevant(wanted);
        self.only_relevant.borrow_mut().insert(key, found);
        found
    }

    fn find_only_relevant(&self, wanted: &Referent) -> Option<(usize, &'static str)> {
        let shown = self.shown();
        let hidden: Vec<&Feed> = self.feeds().iter().filter(|feed| !shown.contains(*feed)).collect();
        match self.only_carrier(&hidden, wanted) {
            Carrier::None => match self.only_carrier(&self.feeds().iter().collect::<Vec<_>>(), wanted) {
                Carrier::One(at, attribute) => Some((at, attribute)),
                _ => None,
            },
            Carrier::One(at, attribute) => Some((at, attribute)),
            Carrier::Several => None,
        }
    }

    fn only_carrier(&self, feeds: &[&Feed], wanted: &Referent) -> Carrier {
        let mut found = Carrier::None;
        for (at, name) in feeds {
            let Some(instance) = self.document.instances.get(*at) else { continue };
            let of_type = wanted.types.contains(&&*instance.address.kind);
            let handle = match name {
                Some(name) => wanted.attributes.iter().find(|wanted| **wanted == &**name),
                None => wanted.attributes.first(),
            };
            match (of_type && !instance.address.data, handle) {
                (true, Some(handle)) => found = found.and(*at, handle),
                (true, None) => {}
                (false, _) if !of_type && name.as_ref().is_some_and(|name| SELF_DESCRIBING.contains(&&**name)) => {}
                (false, _) => return Carrier::Several,
            }
        }
        found
    }

    /// What the expressions that the plan shows are made of.
    fn shown(&self) -> &BTreeSet<Feed> {
        self.shown.get_or_init(|| {
            let mut shown = BTreeSet::new();
            for (at, instance) in self.document.instances.iter().enumerate() {
                let declared = instance.address.declared();
                let body =
                    self.configuration.resource(&declared).and_then(|node| self.document.get(node, "expressions"));
                if let Some(body) = body {
                    let expressions = self.configuration.expressions(body);
                    shown.extend(self.origins(&self.context(at), &expressions).into_feeds());
                }
            }
            let root = Context { module: Vec::new(), key: None, repeated: None };
            shown.extend(self.origins(&root, &self.configuration.root_outputs()).into_feeds());
            shown
        })
    }

    /// Whether a dynamic block whose elements are not known may stand in a resource. Its `for_each` would feed the plan,
    /// and it could not depend on the resource itself.
    pub(super) fn may_have_dynamic(&self, instance: usize) -> bool {
        let Some(own) = self.document.instances.get(instance) else { return true };
        let key = (own.address.module.clone(), Arc::from(own.address.resource()));
        if let Some(answer) = self.dynamic.borrow().get(&key) {
            return *answer;
        }
        let answer = !self.says_relevant() || self.may_feed(&own.address);
        self.dynamic.borrow_mut().insert(key, answer);
        answer
    }

    fn may_feed(&self, own: &Address) -> bool {
        let Some(dependents) = self.dependents(&own.declared()) else { return true };
        let declared = own.declared();
        let feeding = self.feeding.get_or_init(|| {
            let declared = |at: usize| self.document.instances.get(at).map(|instance| instance.address.declared());
            self.feeds().iter().filter_map(|feed| Some((declared(feed.0)?, feed.clone()))).collect()
        });
        feeding.iter().any(|(of, feed)| *of != declared && !dependents.contains(of) && self.can_see(&own.module, feed))
    }

    /// True unless an attribute certainly does not reach a module: neither does the module, or one that it calls, hold
    /// the resource, nor is it passed in.
    fn can_see(&self, module: &[Segment], feed: &Feed) -> bool {
        let Some(of) = self.document.instances.get(feed.0) else { return true };
        let inside = names(&of.address.module).starts_with(&names(module));
        let Some((call, outside)) = module.split_last().filter(|_| !inside) else { return true };
        let Some(declared) = self.configuration.call(module) else { return true };
        let mut passed = self.passed.borrow_mut();
        let passed = passed.entry(module.to_vec()).or_insert_with(|| {
            let context = Context { module: outside.to_vec(), key: call.key.clone(), repeated: Some(declared) };
            let body = self.document.get(declared, "expressions");
            let expressions = body.map_or_else(Vec::new, |body| self.configuration.expressions(body));
            self.origins(&context, &expressions)
        });
        let (at, name) = feed;
        let as_attribute =
            |(known, attribute): &(usize, Arc<str>)| known == at && name.as_ref().is_none_or(|name| name == attribute);
        passed.hidden || passed.wholes.contains(at) || passed.attributes.iter().any(as_attribute)
    }

    /// The resources that depend on one, as far as the plan shows it; `None` where there are too many to look.
    fn dependents(&self, on: &Declared) -> Option<BTreeSet<Declared>> {
        let users = self.users.get_or_init(|| self.find_users()).as_ref()?;
        let mut found = BTreeSet::new();
        let mut open = vec![on];
        while let Some(at) = open.pop() {
            for user in users.get(at).into_iter().flatten() {
                if found.insert(user.clone()) {
                    open.push(user);
                }
            }
        }
        Some(found)
    }

    /// For each resource those that name it.
    fn find_users(&self) -> Option<BTreeMap<Declared, BTreeSet<Declared>>> {
        if self.document.instances.len() > MOST_RESOURCES {
            return None;
        }
        let mut users: BTreeMap<Declared, BTreeSet<Declared>> = BTreeMap::new();
        for (at, instance) in self.document.instances.iter().enumerate() {
            let user = instance.address.declared();
            let body = self.configuration.resource(&user).and_then(|node| self.document.get(node, "expressions"));
            let expressions = body.map_or_else(Vec::new, |body| self.configuration.expressions(body));
            for used in self.origins(&self.context(at), &expressions).touched {
                if let Some(used) = self.document.instances.get(used) {
                    users.entry(used.address.declared()).or_default().insert(user.clone());
                }
            }
        }
        Some(users)
    }
}

/// What may have been passed on to a hidden expression.
enum Carrier {
    None,
    One(usize, &'static str),
    Several,
}

impl Carrier {
    fn and(self, at: usize, attribute: &'static str) -> Self {
        match self {
            Self::None => Self::One(at, attribute),
            Self::One(known, _) if known == at => self,
            _ => Self::Several,
        }
    }
}

impl Origins {
    fn into_feeds(self) -> impl Iterator<Item = Feed> {
        let attributes = self.attributes.into_iter().map(|(at, name)| (at, Some(name)));
        attributes.chain(self.wholes.into_iter().map(|at| (at, None)))
    }
}
