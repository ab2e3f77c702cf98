//! Lists of which not everything is known. Such a list answers what is certain all the same: that something is in it.

use super::handle::Node;
use super::run::{Answered, Reason, Run};
use crate::source::{FileId, Span};
use crate::value::{Tri, Value};
use rhai::{Dynamic, EvalAltResult, ImmutableString};
use std::sync::Arc;

/// What Rhai calls a [`PartialList`].
pub(super) const PARTIAL_LIST: &str = "list that is not fully known";

/// An item of a [`PartialList`].
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A known one.
    Known(Dynamic),
    /// One whose value is not known, and why.
    Open(Value, Reason),
}

impl Item {
    /// The item's value, where it is known.
    pub(super) fn known(&self) -> Option<Dynamic> {
        match self {
            Self::Known(value) => Some(value.clone()),
            Self::Open(..) => None,
        }
    }
}

/// A list of which not everything is known.
#[derive(Clone, Debug)]
pub(super) struct PartialList {
    run: Arc<Run>,
    items: Arc<[Item]>,
    rest: Option<Reason>,
    reason: Reason,
}

impl PartialList {
    /// A list of these items, and of further ones nobody knows when there is a `rest`.
    pub(super) fn new(run: &Arc<Run>, items: Vec<Item>, rest: Option<Reason>) -> Self {
        let open = items.iter().find_map(|item| if let Item::Open(_, reason) = item { Some(reason) } else { None });
        let reason = open.or(rest.as_ref()).cloned().unwrap_or_else(|| Reason::new("not known", "not known"));
        run.add_partial(&reason);
        Self { run: run.clone(), items: items.into(), rest, reason }
    }

    /// Ends the check: the question cannot be answered.
    pub(super) fn stop(&self) -> Box<EvalAltResult> {
        self.run.undecided(self.reason.clone())
    }

    /// Whether something is in the list: yes when a known item is it, no when every unknown one certainly is not, else the check
    /// ends.
    pub(super) fn contains(&mut self, wanted: Dynamic) -> Answered<bool> {
        let answers = self.items.iter().map(|item| match item {
            Item::Known(known) => same(known, &wanted).into(),
            Item::Open(value, _) => may_be(value, &wanted),
        });
        let rest = if self.rest.is_some() { Tri::Unknown } else { Tri::No };
        match Tri::any(answers).or(rest) {
            Tri::Yes => Ok(true),
            Tri::No => Ok(false),
            Tri::Unknown => Err(self.stop()),
        }
    }

    /// Whether the list is empty: certainly not, when one item is known.
    pub(super) fn is_empty(&mut self) -> Answered<bool> {
        let certain = self.items.iter().any(|item| match item {
            Item::Known(_) => true,
            Item::Open(value, _) => value.as_unknown().is_none_or(|unknown| unknown.refine.not_null),
        });
        if certain { Ok(false) } else { Err(self.stop()) }
    }

    /// The list for a message.
    pub(super) fn show(&mut self) -> ImmutableString {
        let items = self.items.iter().map(|item| match item {
            Item::Known(value) => value.to_string(),
            Item::Open(value, _) => super::show::value(value, &self.run.scenario),
        });
        let rest = self.rest.iter().map(|_| "...".to_owned());
        items.chain(rest).collect::<Vec<_>>().join(", ").into()
    }
}

/// Iterating ends the check at once.
impl IntoIterator for PartialList {
    type Item = Answered<Dynamic>;
    type IntoIter = std::iter::Once<Answered<Dynamic>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(Err(self.stop()))
    }
}

/// Whether a value that is not known is a wanted one.
fn may_be(value: &Value, wanted: &Dynamic) -> Tri {
    let nowhere = Span::new(FileId(u32::MAX), 0, 0);
    match wanted.read_lock::<ImmutableString>() {
        Some(text) => value.same(&Value::string(text.as_str(), nowhere)),
        None => Tri::Unknown,
    }
}

/// Whether two plain values are equal.
pub(super) fn same(a: &Dynamic, b: &Dynamic) -> bool {
    if let (Some(a), Some(b)) = (a.read_lock::<Node>(), b.read_lock::<Node>()) {
        return a.id == b.id;
    }
    if let (Some(a), Some(b)) = (a.read_lock::<ImmutableString>(), b.read_lock::<ImmutableString>()) {
        return *a == *b;
    }
    match (a.as_int(), b.as_int(), a.as_bool(), b.as_bool()) {
        (Ok(a), Ok(b), _, _) => a == b,
        (_, _, Ok(a), Ok(b)) => a == b,
        _ => matches!((a.as_float(), b.as_float()), (Ok(a), Ok(b)) if a == b),
    }
}
