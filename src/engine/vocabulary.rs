//! The words that rules may use, and the sandbox around them.
//!
//! The engine is put together from those parts of Rhai's library that compute; nothing in it reads a file, the network or
//! a clock, waits, prints, or runs text as a script. Every check has a budget of operations, and every value a size.

use super::answer::{self, AnswerHandle};
use super::handle::{Block, Node, Paths, Place, Raw};
use super::list::{self, PARTIAL_LIST, PartialList};
use super::methods::Method;
use super::read::{MOST_BYTES, MOST_ITEMS};
use super::run::Answered;
use super::{syntax, types};
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, ImmutableString, NativeCallContext, OptimizationLevel, Position,
};
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};

/// One run of a check may take this many operations; a rule of the catalogue takes fewer than a hundred.
pub(super) const MOST_OPERATIONS: u64 = 200_000;
const MOST_PATTERN_BYTES: usize = 256 * 1024;
const MOST_CALL_LEVELS: usize = 32;
/// As many levels does Rhai count before the check itself is called.
const LEVELS_AROUND: usize = 2;
const MOST_EXPRESSION_LEVELS: usize = 64;
const MOST_MAP_ENTRIES: usize = 1_000;
const MOST_VARIABLES: usize = 200;
const MOST_FUNCTIONS: usize = 500;

/// Words of Rhai that a rule cannot use, and why.
pub(super) const FORBIDDEN: &[(&str, &str)] = &[
    ("try", "it would hide a value that is not known"),
    ("catch", "it would hide a value that is not known"),
    ("switch", "its default case would swallow what it does not name; use `if`"),
    ("eval", "a rule is what its file says"),
    ("import", "a rule stands in one file"),
    ("export", "a rule stands in one file"),
];

/// Functions that a rule cannot call, and why; other tools' habits, and what Rhai itself would offer.
pub(super) const NO_FUNCTIONS: &[(&str, &str)] = &[
    ("sleep", "a check waits for nothing"),
    ("timestamp", "a check gives the same answer at any time"),
    ("print", "a check speaks through `require`"),
    ("debug", "a check speaks through `require`"),
];

/// What every thing with attributes answers, with the number of arguments.
pub(super) const PATH_METHODS: &[&str] = &["at", "show", "has", "text"];

/// An engine that knows the rule language and nothing else.
pub(super) fn engine(methods: &'static [Method]) -> Engine {
    let mut engine = Engine::new_raw();
    add_library(&mut engine);
    limit(&mut engine);
    syntax::register(&mut engine);
    add_handles(&mut engine);
    add_getters(&mut engine, methods);
    add_partial_list(&mut engine);
    add_methods(&mut engine, methods);
    engine
}

fn add_library(engine: &mut Engine) {
    ArithmeticPackage::new().register_into_engine(engine);
    LogicPackage::new().register_into_engine(engine);
    BasicMathPackage::new().register_into_engine(engine);
    BasicStringPackage::new().register_into_engine(engine);
    MoreStringPackage::new().register_into_engine(engine);
    BasicArrayPackage::new().register_into_engine(engine);
    BasicMapPackage::new().register_into_engine(engine);
    BasicIteratorPackage::new().register_into_engine(engine);
    BasicFnPackage::new().register_into_engine(engine);
    // Rhai's own look at the size of their result only when it is there, and they can multiply two sizes.
    engine
        .register_fn("replace", |text: &mut ImmutableString, find: &str, by: &str| replace(text, find, by))
        .register_fn("replace", |text: &mut ImmutableString, find: char, by: &str| replace(text, &find.to_string(), by))
        .register_fn("matches", |text: &mut ImmutableString, pattern: &str| matches(text, pattern));
}

/// Whether the whole text has the form of a regular expression (RE2 syntax, linear time).
fn matches(text: &str, pattern: &str) -> Answered<bool> {
    let known = || PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = known().get(pattern).cloned();
    if let Some(form) = made {
        return Ok(form.is_match(text));
    }
    let form = regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(MOST_PATTERN_BYTES).build();
    let form = form.map_err(|error| format!("`{pattern}` is no pattern: {error}"))?;
    let found = form.is_match(text);
    let mut known = known();
    if known.len() < MOST_PATTERNS {
        known.insert(pattern.to_owned(), form);
    }
    Ok(found)
}

/// The patterns that were made: making one takes longer than a whole check. A rule may make patterns up as it goes, so their
/// number is bounded.
static PATTERNS: LazyLock<Mutex<BTreeMap<String, regex::Regex>>> = LazyLock::new(Mutex::default);
const MOST_PATTERNS: usize = 256;

fn replace(text: &mut ImmutableString, find: &str, by: &str) -> Answered<()> {
    let grown = text.matches(find).count().saturating_mul(by.len()).saturating_add(text.len());
    if grown > MOST_BYTES {
        return Err(Box::new(EvalAltResult::ErrorDataTooLarge("length of string".into(), Position::NONE)));
    }
    *text = text.replace(find, by).into();
    Ok(())
}

fn limit(engine: &mut Engine) {
    engine
        .set_max_operations(MOST_OPERATIONS)
        .set_max_call_levels(MOST_CALL_LEVELS + LEVELS_AROUND)
        .set_max_expr_depths(MOST_EXPRESSION_LEVELS, MOST_EXPRESSION_LEVELS)
        .set_max_string_size(MOST_BYTES)
        .set_max_array_size(MOST_ITEMS)
        .set_max_map_size(MOST_MAP_ENTRIES)
        .set_max_variables(MOST_VARIABLES)
        .set_max_functions(MOST_FUNCTIONS)
        .set_max_modules(0);
    // The tree stays as it was written, so that the check of its names sees all of it.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_strict_variables(true);
    engine.set_fail_on_invalid_map_property(true);
    engine.on_print(|_| {});
    engine.on_debug(|_, _, _| {});
    for (word, _) in FORBIDDEN {
        engine.disable_symbol(*word);
    }
}

fn add_handles(engine: &mut Engine) {
    engine
        .register_type_with_name::<Node>("resource")
        .register_type_with_name::<Block>("block")
        .register_type_with_name::<Raw>("properties")
        .register_type_with_name::<Place>("place")
        .register_type_with_name::<AnswerHandle>("answer");
    engine
        .register_indexer_get(|node: &mut Node, name: &str| node.get(name))
        .register_indexer_get(|block: &mut Block, name: &str| block.get(name))
        .register_indexer_get(|raw: &mut Raw, key: &str| raw.get(key))
        .register_indexer_get(|answer: &mut AnswerHandle, name: &str| answer.get(name));
    engine
        .register_fn("contains", |raw: &mut Raw, key: &str| raw.contains(key))
        .register_fn("keys", |raw: &mut Raw| raw.keys())
        .register_fn("links", |node: &mut Node, path: &str, kind: &str| node.links(path, kind))
        .register_fn("to_string", |node: &mut Node| node.name());
    add_paths::<Node>(engine);
    add_paths::<Block>(engine);
    engine.register_fn("==", |a: Node, b: Node| a.id == b.id).register_fn("!=", |a: Node, b: Node| a.id != b.id);
    compare_with_unit_only::<Node>(engine, "a resource");
    compare_with_unit_only::<Block>(engine, "a block");
    compare_with_unit_only::<Raw>(engine, "a map");
    compare_with_unit_only::<AnswerHandle>(engine, "an answer");
}

/// The properties by name. Without a function for the name itself Rhai looks for one in vain, makes an error of that, and then
/// asks the indexer.
fn add_getters(engine: &mut Engine, methods: &'static [Method]) {
    let types::Properties { of_nodes, of_blocks } = types::Properties::all();
    let of_answers: BTreeSet<&str> = methods.iter().flat_map(answer::field_names).collect();
    for name in of_nodes {
        engine.register_get(name, move |node: &mut Node| node.get(name).map_err(ask_indexer));
    }
    for name in of_blocks {
        engine.register_get(name, move |block: &mut Block| block.get(name).map_err(ask_indexer));
    }
    for name in of_answers {
        engine.register_get(name, move |answer: &mut AnswerHandle| answer.get(name).map_err(ask_indexer));
    }
}

/// A mistake of the rule is told by the indexer, to which Rhai turns after this error: as for a name that nothing has.
fn ask_indexer(error: Box<EvalAltResult>) -> Box<EvalAltResult> {
    match *error {
        EvalAltResult::ErrorTerminated(..) => error,
        _ => Box::new(EvalAltResult::ErrorDotExpr(String::new(), Position::NONE)),
    }
}

fn add_paths<T: Paths + Clone + Send + Sync + 'static>(engine: &mut Engine) {
    engine
        .register_fn("at", |thing: &mut T, path: &str| thing.at(path))
        .register_fn("show", |thing: &mut T, path: &str| thing.show(path))
        .register_fn("has", |thing: &mut T, path: &str| thing.has(path))
        .register_fn("text", |thing: &mut T, path: &str| thing.text(path));
}

/// Rhai answers "different" for values of different types; a thing compared with a text is a mistake of the rule instead.
fn compare_with_unit_only<T: Clone + Send + Sync + 'static>(engine: &mut Engine, what: &'static str) {
    let compare = move |other: &Dynamic, equal: bool| -> Answered<bool> {
        if other.is_unit() { Ok(!equal) } else { Err(format!("{what} can only be compared with ()").into()) }
    };
    engine
        .register_fn("==", move |_: T, other: Dynamic| compare(&other, true))
        .register_fn("!=", move |_: T, other: Dynamic| compare(&other, false))
        .register_fn("==", move |other: Dynamic, _: T| compare(&other, true))
        .register_fn("!=", move |other: Dynamic, _: T| compare(&other, false));
}

fn add_partial_list(engine: &mut Engine) {
    engine
        .register_type_with_name::<PartialList>(PARTIAL_LIST)
        .register_iterator_result::<PartialList, Dynamic>()
        .register_fn("contains", PartialList::contains)
        .register_fn("is_empty", PartialList::is_empty)
        .register_get("is_empty", PartialList::is_empty)
        .register_fn("len", |list: &mut PartialList| -> Answered<i64> { Err(list.stop()) })
        .register_get("len", |list: &mut PartialList| -> Answered<i64> { Err(list.stop()) })
        .register_indexer_get(|list: &mut PartialList, _: Dynamic| -> Answered<Dynamic> { Err(list.stop()) })
        .register_fn("to_string", PartialList::show);
    let compare = |list: &PartialList, other: &Dynamic, equal: bool| -> Answered<bool> {
        // The list is there; against () that is all that matters.
        if other.is_unit() { Ok(!equal) } else { Err(list.stop()) }
    };
    engine
        .register_fn("==", move |list: PartialList, other: Dynamic| compare(&list, &other, true))
        .register_fn("!=", move |list: PartialList, other: Dynamic| compare(&list, &other, false))
        .register_fn("==", move |other: Dynamic, list: PartialList| compare(&list, &other, true))
        .register_fn("!=", move |other: Dynamic, list: PartialList| compare(&list, &other, false));
    // Rhai's own `contains` of an array asks for `==`; a resource among resources needs ours.
    FuncRegistration::new("contains").with_purity(true).register_into_engine(engine, contains_text);
    engine.register_fn("contains", |list: &mut rhai::Array, node: Node| {
        let node = Dynamic::from(node);
        list.iter().any(|item| list::same(item, &node))
    });
}

/// Rhai's own `contains` of an array looks for `==` anew for each item; texts among texts need none.
fn contains_text(context: NativeCallContext<'_>, list: &mut rhai::Array, wanted: ImmutableString) -> Answered<bool> {
    for item in list {
        let text = item.read_lock::<ImmutableString>().map(|text| *text == wanted);
        let found = match text {
            Some(found) => found,
            None => is_other(&context, item, &wanted)?,
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether something that is no text equals a text, as `==` says.
fn is_other(context: &NativeCallContext<'_>, item: &mut Dynamic, wanted: &ImmutableString) -> Answered<bool> {
    match context.call_native_fn_raw("==", true, &mut [item, &mut wanted.clone().into()]) {
        Ok(equal) => Ok(equal.as_bool().unwrap_or(false)),
        Err(error) => match *error {
            EvalAltResult::ErrorFunctionNotFound(ref function, _) if function.starts_with("==") => Ok(false),
            _ => Err(error),
        },
    }
}

/// Each method once for each number of parameters; which kind has it is found out when it is called.
fn add_methods(engine: &mut Engine, methods: &'static [Method]) {
    let names: BTreeSet<(&str, usize)> = methods.iter().map(|method| (method.name, method.parameters.len())).collect();
    for (name, count) in names {
        let types = vec![TypeId::of::<Node>(); count + 1];
        engine.register_raw_fn(name, types, move |_, arguments| {
            let nodes: Option<Vec<Node>> =
                arguments.iter().map(|argument| argument.read_lock::<Node>().map(|node| node.clone())).collect();
            match nodes.as_deref() {
                Some([node, arguments @ ..]) => answer::ask(methods, name, node, arguments).map(Dynamic::from),
                _ => Err(Box::<EvalAltResult>::from(format!("`{name}` takes resources"))),
            }
        });
    }
}

/// What may be called: names with their number of arguments, the thing itself counted in.
pub(super) fn functions(engine: &Engine) -> BTreeSet<(ImmutableString, usize)> {
    let all = engine.collect_fn_metadata(
        None,
        |info| Some((ImmutableString::from(info.metadata.name.as_str()), info.metadata.num_params)),
        true,
    );
    let own = [("type_of", 1), ("Fn", 1), ("is_shared", 1), ("is_def_fn", 2), ("is_def_fn", 3), ("is_def_var", 1)];
    let own = own.into_iter().map(|(name, count)| (name.into(), count));
    all.into_iter().filter(|(name, _)| !name.contains('$')).chain(own).collect()
}

/// The properties that Rhai's own values answer, such as `len`.
pub(super) fn properties(engine: &Engine) -> BTreeSet<ImmutableString> {
    let own = [TypeId::of::<Node>(), TypeId::of::<Block>(), TypeId::of::<AnswerHandle>()];
    let getter = |info: rhai::FuncInfo<'_>| {
        let of = info.metadata.param_types.first().filter(|of| !own.contains(of));
        of.and(info.metadata.name.strip_prefix("get$")).map(ImmutableString::from)
    };
    engine.collect_fn_metadata(None, getter, true).into_iter().collect()
}
