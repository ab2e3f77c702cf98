//! Terraform's types, and the conversion of values to them.

use super::decimal::canonical;
use super::{Evaluator, Lookup, RefStep};
use crate::source::{FileId, Span};
use crate::syntax::hcl::{Expr, ExprKind, ObjectKey};
use crate::value::{Collection, Data, Entry, Kind, List, Map, Number, Refine, Term, Tri, Unknown, Value, Why};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A type constraint.
#[derive(Clone, Debug)]
pub enum Type {
    /// `any`, or a type that does not read.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([T, ...])`
    Tuple(Vec<Type>),
    /// `object({ name = T, ... })`
    Object(Vec<(Arc<str>, Field)>),
}

/// An attribute of an object type.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its type.
    pub kind: Type,
    /// `optional(T)`: may be missing.
    pub optional: bool,
    /// `optional(T, default)`
    pub default: Option<Value>,
}

/// Reads a type constraint: the `type` of a variable. What is no type counts as `any`.
pub fn parse_type(expr: &Expr) -> Type {
    match &expr.kind {
        ExprKind::Parenthesis(inner) => parse_type(inner),
        // Before 0.12, types were strings.
        ExprKind::String(name) => primitive(name),
        ExprKind::Variable(name) => primitive(name),
        ExprKind::Call(name, arguments, _) => {
            let inner = || Box::new(arguments.first().map_or(Type::Any, parse_type));
            match (&*name.text, arguments.first().map(|argument| &argument.kind)) {
                ("list", _) => Type::List(inner()),
                ("set", _) => Type::Set(inner()),
                ("map", _) => Type::Map(inner()),
                ("tuple", Some(ExprKind::Tuple(items))) => Type::Tuple(items.iter().map(parse_type).collect()),
                ("object", Some(ExprKind::Object(entries))) => {
                    Type::Object(entries.iter().filter_map(|(key, kind)| Some((key_name(key)?, field(kind)))).collect())
                }
                _ => Type::Any,
            }
        }
        _ => Type::Any,
    }
}

fn primitive(name: &str) -> Type {
    match name {
        "bool" => Type::Bool,
        "number" => Type::Number,
        "string" => Type::String,
        "list" => Type::List(Box::new(Type::Any)),
        "map" => Type::Map(Box::new(Type::Any)),
        "set" => Type::Set(Box::new(Type::Any)),
        _ => Type::Any,
    }
}

fn key_name(key: &ObjectKey) -> Option<Arc<str>> {
    match key {
        ObjectKey::Name(name) => Some(name.text.clone()),
        ObjectKey::Expr(expr) => expr.as_text(),
    }
}

fn field(expr: &Expr) -> Field {
    match &expr.kind {
        ExprKind::Call(name, arguments, _) if &*name.text == "optional" => Field {
            kind: arguments.first().map_or(Type::Any, parse_type),
            optional: true,
            default: arguments.get(1).map(constant),
        },
        _ => Field { kind: parse_type(expr), optional: false, default: None },
    }
}

/// The value of an expression that refers to nothing.
fn constant(expr: &Expr) -> Value {
    Evaluator::new(&mut Nothing(0)).evaluate(expr)
}

/// A place where nothing is declared.
struct Nothing(u32);

impl Lookup for Nothing {
    fn lookup(&mut self, _root: &str, _steps: &[RefStep], _span: Span) -> Option<(Value, usize)> {
        None
    }

    fn read_file(&mut self, path: &str) -> Result<(FileId, Arc<str>), Why> {
        Err(Why::Function(path.into()))
    }

    fn list_files(&mut self, _folder: &str) -> Option<Vec<String>> {
        None
    }

    fn fresh(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// Converts a value to a type as Terraform does for a variable: defaults of missing and null optional attributes are put in at
/// any depth, undeclared attributes are dropped. What cannot be converted is unknown with [`Why::Invalid`].
pub fn convert(value: &Value, to: &Type) -> Value {
    if matches!(to, Type::Any) {
        return value.clone();
    }
    let converted = value.each(&mut |value| match (&value.data, to) {
        (Data::Null | Data::Absent, _) => Value::null(value.span),
        (Data::Unknown(unknown), _) => convert_unknown(value, unknown, to),
        (_, Type::Bool | Type::Number | Type::String) => convert_primitive(value, to),
        (Data::List(list), Type::List(inner)) => collection(value, list, inner, Collection::List),
        (Data::List(list), Type::Set(inner)) => to_set(value, list, inner),
        (Data::List(list), Type::Tuple(types)) => to_tuple(value, list, types),
        (Data::Map(map), Type::Map(inner)) => to_map(value, map, inner),
        (Data::Map(map), Type::Object(fields)) => to_object(value, map, fields),
        _ => invalid(value, to),
    });
    Value { via: value.via.clone(), ..converted }.with_sensitive(value.sensitive)
}

fn invalid(value: &Value, to: &Type) -> Value {
    let message = format!("a value of type {} is required", name_of(to));
    let term = Term::call("not convertible", [value.term(), Term::literal(name_of(to))]);
    Value::unknown(Unknown::new(Why::Invalid(message.into()), term), value.span)
}

fn name_of(kind: &Type) -> &'static str {
    match kind {
        Type::Any => "any",
        Type::Bool => "bool",
        Type::Number => "number",
        Type::String => "string",
        Type::List(_) => "list",
        Type::Set(_) => "set",
        Type::Map(_) => "map",
        Type::Tuple(_) => "tuple",
        Type::Object(_) => "object",
    }
}

fn kind_of(kind: &Type) -> Option<Kind> {
    match kind {
        Type::Any => None,
        Type::Bool => Some(Kind::Bool),
        Type::Number => Some(Kind::Number),
        Type::String => Some(Kind::String),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Some(Kind::List),
        Type::Map(_) | Type::Object(_) => Some(Kind::Map),
    }
}

fn collection_of(kind: &Type) -> Option<Collection> {
    match kind {
        Type::List(_) => Some(Collection::List),
        Type::Set(_) => Some(Collection::Set),
        Type::Tuple(_) => Some(Collection::Tuple),
        Type::Map(_) => Some(Collection::Map),
        Type::Object(_) => Some(Collection::Object),
        Type::Any | Type::Bool | Type::Number | Type::String => None,
    }
}

/// The names of an object type's attributes: a value of it has just these.
pub fn attributes_of(kind: &Type) -> Option<Arc<[Arc<str>]>> {
    match kind {
        Type::Object(fields) => Some(fields.iter().map(|(name, _)| name.clone()).collect()),
        _ => None,
    }
}

/// The unknown stays what it is; its type becomes known. Only a conversion between two known types makes another value.
fn convert_unknown(value: &Value, unknown: &Arc<Unknown>, to: &Type) -> Value {
    let wanted = kind_of(to);
    let scalar = |kind: Kind| !matches!(kind, Kind::List | Kind::Map);
    match (unknown.refine.kind, wanted) {
        (Some(is), Some(wanted)) if is == wanted && !matches!(to, Type::Object(_)) => value.clone(),
        (Some(is), Some(wanted)) if is != wanted && (scalar(is) != scalar(wanted) || !scalar(is)) => invalid(value, to),
        (Some(is), Some(wanted)) if is != wanted => {
            let term = Term::call(format!("to{}", name_of(to)), [unknown.term.clone()]);
            let refine = Refine { kind: Some(wanted), not_null: unknown.refine.not_null, ..Refine::default() };
            Value {
                span: value.span,
                ..Value::unknown(Unknown::new(unknown.why.clone(), term).refined(refine), value.span)
            }
        }
        _ => {
            let attributes = unknown.refine.attributes.clone();
            let refine =
                Refine { kind: wanted, attributes: attributes_of(to).or(attributes), ..unknown.refine.clone() };
            let data = Data::Unknown(Arc::new(Unknown { refine, ..(**unknown).clone() }));
            Value { data, collection: collection_of(to), ..value.clone() }
        }
    }
}

fn convert_primitive(value: &Value, to: &Type) -> Value {
    let data = match (&value.data, to) {
        (Data::Bool(_), Type::Bool)
        | (Data::Number(_), Type::Number)
        | (Data::String(_) | Data::Text(_), Type::String) => return value.clone(),
        (Data::Bool(known), Type::String) => Data::String(known.to_string().into()),
        (Data::Number(number), Type::String) => Data::String(canonical(number).text().into()),
        (Data::String(text), Type::Number) => match Number::parse(text) {
            Some(number) => Data::Number(canonical(&number)),
            None => return invalid(value, to),
        },
        (Data::String(text), Type::Bool) => match &**text {
            "true" | "1" => Data::Bool(true),
            "false" | "0" => Data::Bool(false),
            _ => return invalid(value, to),
        },
        (Data::Text(_), Type::Number | Type::Bool) => {
            let unknown = super::find_unknown(value, &mut |_| true).map(|unknown| unknown.why.clone());
            let term = Term::call(format!("to{}", name_of(to)), [value.term()]);
            let refine = Refine { kind: kind_of(to), not_null: true, ..Refine::default() };
            let why = unknown.unwrap_or_else(|| Why::Function(name_of(to).into()));
            return Value::unknown(Unknown::new(why, term).refined(refine), value.span);
        }
        _ => return invalid(value, to),
    };
    Value { data, structure: None, pieces: None, ..value.clone() }
}

/// The element type: of `any`, the common type of the elements.
fn element_type<'v>(items: impl Iterator<Item = &'v Value>, inner: &Type) -> Type {
    match inner {
        Type::Any => common_type(items).unwrap_or(Type::Any),
        inner => inner.clone(),
    }
}

fn collection(value: &Value, list: &List, inner: &Type, collection: Collection) -> Value {
    let inner = element_type(list.items.iter(), inner);
    let items = list.items.iter().map(|item| convert(item, &inner)).collect();
    let data = Data::List(Arc::new(List { items, rest: list.rest.clone() }));
    Value { data, collection: Some(collection), ..value.clone() }
}

fn to_set(value: &Value, list: &List, inner: &Type) -> Value {
    let listed = collection(value, list, inner, Collection::Set);
    let Some(list) = listed.as_list() else { return listed };
    let items = sorted_set(list.items.clone());
    Value { data: Data::List(Arc::new(List { items, rest: list.rest.clone() })), ..listed }
}

/// The elements of a set in Terraform's order, each once; those that are not known come last.
pub(in crate::frontend::terraform) fn sorted_set(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by(set_order);
    let mut kept: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        if kept.last().is_none_or(|before| !before.same(&item).is_yes()) {
            kept.push(item);
        }
    }
    kept
}

fn set_order(left: &Value, right: &Value) -> Ordering {
    let rank = |value: &Value| match value.data {
        Data::Bool(_) => 0,
        Data::Number(_) => 1,
        Data::String(_) => 2,
        Data::List(_) | Data::Map(_) => 3,
        Data::Null | Data::Absent => 4,
        Data::Text(_) | Data::Choice(_) | Data::Unknown(_) => 5,
    };
    match (&left.data, &right.data) {
        (Data::Bool(left), Data::Bool(right)) => left.cmp(right),
        (Data::Number(left), Data::Number(right)) => left.as_f64().total_cmp(&right.as_f64()),
        (Data::String(left), Data::String(right)) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)).then_with(|| left.term().cmp(&right.term())),
    }
}

fn to_tuple(value: &Value, list: &List, types: &[Type]) -> Value {
    if list.rest.is_none() && list.items.len() != types.len() {
        return invalid(value, &Type::Tuple(Vec::new()));
    }
    let items = list.items.iter().zip(types).map(|(item, kind)| convert(item, kind)).collect();
    let data = Data::List(Arc::new(List { items, rest: list.rest.clone() }));
    Value { data, collection: Some(Collection::Tuple), ..value.clone() }
}

fn to_map(value: &Value, map: &Map, inner: &Type) -> Value {
    let inner = element_type(map.entries.values().map(|entry| &entry.value), inner);
    let entry = |(key, entry): (&Arc<str>, &Entry)| {
        (key.clone(), Entry { key_span: entry.key_span, value: convert(&entry.value, &inner) })
    };
    let data = Data::Map(Arc::new(Map { entries: map.entries.iter().map(entry).collect(), rest: map.rest.clone() }));
    Value { data, collection: Some(Collection::Map), ..value.clone() }
}

fn to_object(value: &Value, map: &Map, fields: &[(Arc<str>, Field)]) -> Value {
    let mut object = Map::default();
    for (name, field) in fields {
        let default = |span: Span| match &field.default {
            Some(default) => convert(default, &field.kind),
            None => Value::null(span),
        };
        let given = map.entries.get(name);
        let key_span = given.map_or(value.span, |entry| entry.key_span);
        let kept = match (given, &map.rest) {
            (Some(entry), _) if field.optional => {
                convert(&entry.value, &field.kind).each(&mut |kept| match kept.data {
                    Data::Null | Data::Absent => default(kept.span),
                    _ => kept.clone(),
                })
            }
            (Some(entry), _) => convert(&entry.value, &field.kind),
            (None, Some(rest)) => convert(&Value::unknown(rest.derive(&format!(".{name}")), value.span), &field.kind),
            (None, None) if field.optional => default(value.span),
            (None, None) => return invalid(value, &Type::Object(Vec::new())),
        };
        object.entries.insert(name.clone(), Entry { key_span, value: kept });
    }
    Value { data: Data::Map(Arc::new(object)), collection: Some(Collection::Object), ..value.clone() }
}

/// The type of a value; `None` for null, which has every type, and `Any` where it is not known.
fn type_of(value: &Value) -> Option<Type> {
    match &value.data {
        Data::Null | Data::Absent => None,
        Data::Bool(_) => Some(Type::Bool),
        Data::Number(_) => Some(Type::Number),
        Data::String(_) | Data::Text(_) => Some(Type::String),
        Data::List(list) => {
            let elements = || Box::new(common_type(list.items.iter()).unwrap_or(Type::Any));
            Some(match value.collection {
                Some(Collection::List) => Type::List(elements()),
                Some(Collection::Set) => Type::Set(elements()),
                _ if list.rest.is_some() => Type::Any,
                _ => Type::Tuple(list.items.iter().map(|item| type_of(item).unwrap_or(Type::Any)).collect()),
            })
        }
        Data::Map(map) if value.collection == Some(Collection::Map) => {
            Some(Type::Map(Box::new(common_type(map.entries.values().map(|entry| &entry.value)).unwrap_or(Type::Any))))
        }
        Data::Map(map) if map.rest.is_none() => {
            let field = |(name, entry): (&Arc<str>, &Entry)| {
                let kind = type_of(&entry.value).unwrap_or(Type::Any);
                (name.clone(), Field { kind, optional: false, default: None })
            };
            Some(Type::Object(map.entries.iter().map(field).collect()))
        }
        Data::Map(_) => Some(Type::Any),
        Data::Choice(choice) => common_type(choice.arms.iter().map(|(_, arm)| arm)),
        Data::Unknown(unknown) => Some(match unknown.refine.kind {
            Some(Kind::Bool) => Type::Bool,
            Some(Kind::Number) => Type::Number,
            Some(Kind::String) => Type::String,
            _ => Type::Any,
        }),
    }
}

/// The common type of some values: `None` when all are null, `Any` when there is none or it is not known.
fn common_type<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Type> {
    let mut common: Option<Type> = None;
    for value in values {
        common = match (common, type_of(value)) {
            (None, kind) | (kind, None) => kind,
            (Some(left), Some(right)) => Some(unify_types(&left, &right).unwrap_or(Type::Any)),
        };
    }
    common
}

/// The type to which both can be converted; `None` when there is none.
fn unify_types(left: &Type, right: &Type) -> Option<Type> {
    use Type::{Any, Bool, List, Map, Number, Object, Set, String, Tuple};
    Some(match (left, right) {
        (Any, _) | (_, Any) => Any,
        (Bool, Bool) => Bool,
        (Number, Number) => Number,
        (String | Bool | Number, String) | (String, Bool | Number) => String,
        (List(left), List(right)) => List(Box::new(unify_types(left, right)?)),
        (Set(left), Set(right)) => Set(Box::new(unify_types(left, right)?)),
        (Map(left), Map(right)) => Map(Box::new(unify_types(left, right)?)),
        (Tuple(left), Tuple(right)) if left.len() == right.len() => {
            Tuple(left.iter().zip(right).map(|(left, right)| unify_types(left, right)).collect::<Option<_>>()?)
        }
        (Tuple(left), Tuple(right)) => List(Box::new(unify_all(left.iter().chain(right))?)),
        (List(inner), Tuple(items)) | (Tuple(items), List(inner)) => {
            List(Box::new(unify_all(std::iter::once(&**inner).chain(items))?))
        }
        (Set(inner), Tuple(items)) | (Tuple(items), Set(inner)) => {
            Set(Box::new(unify_all(std::iter::once(&**inner).chain(items))?))
        }
        (Object(left), Object(right)) => unify_objects(left, right)?,
        (Map(inner), Object(fields)) | (Object(fields), Map(inner)) => {
            Map(Box::new(unify_all(std::iter::once(&**inner).chain(fields.iter().map(|(_, field)| &field.kind)))?))
        }
        _ => return None,
    })
}

fn unify_all<'t>(types: impl Iterator<Item = &'t Type>) -> Option<Type> {
    let mut common: Option<Type> = None;
    for kind in types {
        common = Some(match common {
            None => kind.clone(),
            Some(before) => unify_types(&before, kind)?,
        });
    }
    Some(common.unwrap_or(Type::Any))
}

fn unify_objects(left: &[(Arc<str>, Field)], right: &[(Arc<str>, Field)]) -> Option<Type> {
    let by_name: BTreeMap<&str, &Type> = right.iter().map(|(name, field)| (&**name, &field.kind)).collect();
    let other = |name: &Arc<str>| by_name.get(&**name).copied();
    let same_names = left.len() == right.len() && left.iter().all(|(name, _)| other(name).is_some());
    if !same_names {
        let kinds = left.iter().chain(right).map(|(_, field)| &field.kind);
        return Some(Type::Map(Box::new(unify_all(kinds)?)));
    }
    let fields = left.iter().map(|(name, field)| {
        let kind = unify_types(&field.kind, other(name)?)?;
        Some((name.clone(), Field { kind, optional: false, default: None }))
    });
    Some(Type::Object(fields.collect::<Option<_>>()?))
}

/// Converts the two results of a conditional to their common type. `None` when they certainly have none; values whose types
/// are not known well enough stay as they are.
pub(super) fn unify(left: &Value, right: &Value) -> Option<(Value, Value)> {
    let as_they_are = || Some((left.clone(), right.clone()));
    let (Some(left_type), Some(right_type)) = (type_of(left), type_of(right)) else { return as_they_are() };
    match unify_types(&left_type, &right_type) {
        Some(Type::Any) => as_they_are(),
        Some(common) => Some((convert(left, &common), convert(right, &common))),
        None if kind_of(&left_type) != kind_of(&right_type) => None,
        None => as_they_are(),
    }
}

/// True when two values certainly have different types, so that `==` is false whatever they hold.
pub(super) fn kinds_differ(left: &Value, right: &Value) -> bool {
    if let (Some(left), Some(right)) = (left.collection, right.collection)
        && left != right
    {
        return true;
    }
    match (&left.data, &right.data) {
        (Data::List(a), Data::List(b)) if a.items.len() == b.items.len() => {
            a.items.iter().zip(&b.items).any(|(a, b)| kinds_differ(a, b))
        }
        (Data::Map(a), Data::Map(b)) => a
            .entries
            .iter()
            .any(|(key, entry)| b.entries.get(key).is_some_and(|other| kinds_differ(&entry.value, &other.value))),
        _ => false,
    }
}

/// Whether two values are equal as elements of one list are: converted to their common type before.
pub(in crate::frontend::terraform) fn equal_elements(left: &Value, right: &Value) -> Tri {
    match unify(left, right) {
        Some((left, right)) => super::operators::equal(&left, &right),
        None => Tri::No,
    }
}

/// Values converted to their common type; as they are where they have none.
pub(in crate::frontend::terraform) fn common(values: &[Value]) -> Vec<Value> {
    match common_type(values.iter()) {
        None | Some(Type::Any) => values.to_vec(),
        Some(kind) => values.iter().map(|value| convert(value, &kind)).collect(),
    }
}
