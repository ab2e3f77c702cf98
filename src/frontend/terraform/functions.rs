//! Terraform's functions, each for arguments that may be known in part.
//!
//! [`call`] evaluates the arguments, takes choices apart, and looks the function up in the table. A function that is not in
//! the table is unknown under its name; equal calls of it are equal values.

mod attempt;
mod collections;
mod csv;
mod dates;
mod encoding;
mod files;
mod format;
mod hashes;
mod network;
mod numbers;
mod sets;
mod strings;
mod yaml;

use super::expr::choice::{Arm, combinations, distribute, expand, one_of, too_many};
use super::expr::decimal::Decimal;
use super::expr::{Evaluator, Type, convert};
use crate::source::Span;
use crate::syntax::hcl::{Expr, Name};
use crate::value::{Collection, Data, Kind, List, Map, Number, Refine, Shape, Term, Unknown, Value, Why};
use std::sync::Arc;

/// What a function gives: its value, or as `Err` the error or unknown value that it ends with at once.
type Outcome = Result<Value, Value>;

/// A function of Terraform.
struct Function {
    name: &'static str,
    least: usize,
    most: usize,
    /// Choices inside lists and maps are taken apart too: the function needs every element.
    deep: bool,
    run: fn(&mut Call<'_, '_>, &[Value]) -> Outcome,
}

const fn flat(
    name: &'static str,
    least: usize,
    most: usize,
    run: fn(&mut Call<'_, '_>, &[Value]) -> Outcome,
) -> Function {
    Function { name, least, most, deep: false, run }
}

const fn deep(
    name: &'static str,
    least: usize,
    most: usize,
    run: fn(&mut Call<'_, '_>, &[Value]) -> Outcome,
) -> Function {
    Function { name, least, most, deep: true, run }
}

/// As many arguments as one likes.
const ANY: usize = usize::MAX;

/// Every function that is evaluated, but those that [`call`] treats on its own.
const TABLE: &[Function] = &[
    flat("abs", 1, 1, numbers::abs),
    deep("alltrue", 1, 1, collections::all_true),
    deep("anytrue", 1, 1, collections::any_true),
    flat("base64decode", 1, 1, encoding::base64_decode),
    flat("base64encode", 1, 1, encoding::base64_encode),
    flat("base64sha256", 1, 1, hashes::hash),
    flat("base64sha512", 1, 1, hashes::hash),
    flat("basename", 1, 1, files::base_name),
    flat("ceil", 1, 1, numbers::ceil),
    flat("chomp", 1, 1, strings::chomp),
    flat("chunklist", 2, 2, collections::chunk_list),
    flat("cidrhost", 2, 2, network::host),
    flat("cidrnetmask", 1, 1, network::net_mask),
    flat("cidrsubnet", 3, 3, network::subnet),
    flat("coalesce", 1, ANY, collections::coalesce),
    flat("coalescelist", 1, ANY, collections::coalesce_list),
    deep("compact", 1, 1, collections::compact),
    flat("concat", 1, ANY, collections::concat),
    flat("contains", 2, 2, collections::contains),
    flat("csvdecode", 1, 1, csv::decode),
    flat("dirname", 1, 1, files::dir_name),
    deep("distinct", 1, 1, sets::distinct),
    flat("element", 2, 2, collections::element),
    flat("endswith", 2, 2, strings::ends_with),
    flat("file", 1, 1, files::file),
    flat("filebase64", 1, 1, files::file_base64),
    flat("filebase64sha256", 1, 1, hashes::hash),
    flat("filebase64sha512", 1, 1, hashes::hash),
    flat("fileexists", 1, 1, files::file_exists),
    flat("filemd5", 1, 1, hashes::hash),
    flat("fileset", 2, 2, files::file_set),
    flat("filesha1", 1, 1, hashes::hash),
    flat("filesha256", 1, 1, hashes::hash),
    flat("filesha512", 1, 1, hashes::hash),
    deep("flatten", 1, 1, collections::flatten),
    flat("floor", 1, 1, numbers::floor),
    deep("format", 1, ANY, format::format),
    flat("formatdate", 2, 2, dates::format),
    deep("formatlist", 1, ANY, format::format_list),
    flat("indent", 2, 2, strings::indent),
    deep("index", 2, 2, collections::index),
    deep("join", 2, ANY, strings::join),
    flat("jsondecode", 1, 1, encoding::json_decode),
    deep("jsonencode", 1, 1, encoding::json_encode),
    flat("keys", 1, 1, collections::keys),
    flat("length", 1, 1, collections::length),
    flat("lookup", 2, 3, collections::lookup),
    flat("lower", 1, 1, strings::lower),
    deep("matchkeys", 3, 3, collections::match_keys),
    flat("max", 1, ANY, numbers::max),
    flat("md5", 1, 1, hashes::hash),
    flat("merge", 0, ANY, collections::merge),
    flat("min", 1, ANY, numbers::min),
    flat("one", 1, 1, collections::one),
    flat("parseint", 2, 2, numbers::parse_int),
    flat("pathexpand", 1, 1, files::path_expand),
    flat("pow", 2, 2, numbers::pow),
    flat("provider::aws::arn_build", 5, 5, network::arn_build),
    flat("provider::aws::arn_parse", 1, 1, network::arn_parse),
    flat("provider::aws::trim_iam_role_path", 1, 1, network::trim_role_path),
    flat("range", 1, 3, numbers::range),
    flat("regex", 2, 2, strings::regex),
    flat("regexall", 2, 2, strings::regex_all),
    flat("replace", 3, 3, strings::replace),
    flat("reverse", 1, 1, collections::reverse),
    deep("setintersection", 1, ANY, sets::intersection),
    deep("setproduct", 1, ANY, sets::product),
    deep("setsubtract", 2, 2, sets::subtract),
    deep("setunion", 1, ANY, sets::union),
    flat("sha1", 1, 1, hashes::hash),
    flat("sha256", 1, 1, hashes::hash),
    flat("sha512", 1, 1, hashes::hash),
    flat("signum", 1, 1, numbers::signum),
    flat("slice", 3, 3, collections::slice),
    deep("sort", 1, 1, collections::sort),
    flat("split", 2, 2, strings::split),
    flat("startswith", 2, 2, strings::starts_with),
    flat("strcontains", 2, 2, strings::contains),
    flat("strrev", 1, 1, strings::reversed),
    flat("substr", 3, 3, strings::substring),
    deep("sum", 1, 1, numbers::sum),
    flat("templatefile", 2, 2, files::template_file),
    flat("templatestring", 2, 2, files::template_string),
    flat("timeadd", 2, 2, dates::add),
    flat("timecmp", 2, 2, dates::compare),
    flat("title", 1, 1, strings::title),
    flat("tobool", 1, 1, |call, values| call.converted(values, &Type::Bool)),
    flat("tolist", 1, 1, |call, values| call.converted(values, &Type::List(Box::new(Type::Any)))),
    flat("tomap", 1, 1, |call, values| call.converted(values, &Type::Map(Box::new(Type::Any)))),
    flat("tonumber", 1, 1, |call, values| call.converted(values, &Type::Number)),
    deep("toset", 1, 1, |call, values| call.converted(values, &Type::Set(Box::new(Type::Any)))),
    flat("tostring", 1, 1, |call, values| call.converted(values, &Type::String)),
    deep("transpose", 1, 1, collections::transpose),
    flat("trim", 2, 2, strings::trim),
    flat("trimprefix", 2, 2, strings::trim_prefix),
    flat("trimspace", 1, 1, strings::trim_space),
    flat("trimsuffix", 2, 2, strings::trim_suffix),
    flat("upper", 1, 1, strings::upper),
    flat("urlencode", 1, 1, encoding::url_encode),
    flat("uuidv5", 2, 2, hashes::uuid_v5),
    flat("values", 1, 1, collections::values),
    flat("yamldecode", 1, 1, yaml::decode),
    deep("yamlencode", 1, 1, yaml::encode),
    deep("zipmap", 2, 2, collections::zip_map),
];

/// The value of `name(arguments)`; `spread` when the last argument is followed by `...`.
pub(super) fn call(ev: &mut Evaluator<'_>, name: &Name, arguments: &[Expr], spread: bool, span: Span) -> Value {
    let known = name.text.strip_prefix("core::").unwrap_or(&name.text);
    match known {
        "try" => return attempt::first_that_works(ev, arguments, span),
        "can" => return attempt::works(ev, arguments, span),
        "uuid" | "timestamp" | "bcrypt" => return not_deterministic(ev, known, span),
        _ => {}
    }
    let mut values: Vec<Value> = arguments.iter().map(|argument| ev.evaluate(argument)).collect();
    if !spread {
        return apply(ev, known, &values, span);
    }
    let Some(last) = values.pop() else { return ev.error("nothing stands before the ...", span) };
    let arms = last.arms().into_iter().map(|(guard, last)| (guard, spread_over(ev, known, &values, &last, span)));
    let arms: Vec<Arm> = arms.collect();
    let result = match one_of(arms, span) {
        Some(result) => result,
        None => too_many(ev, None, &[], span),
    };
    result.with_sensitive(last.sensitive)
}

fn spread_over(ev: &mut Evaluator<'_>, name: &str, values: &[Value], last: &Value, span: Span) -> Value {
    match &last.data {
        Data::List(list) if list.rest.is_none() => {
            let all: Vec<Value> = values.iter().chain(&list.items).cloned().collect();
            apply(ev, name, &all, span)
        }
        Data::List(_) | Data::Unknown(_) => {
            let all: Vec<Value> = values.iter().chain(std::iter::once(last)).cloned().collect();
            ev.derived(&format!("{name}..."), None, &all, span)
        }
        _ => ev.error("what stands before the ... is no list", span),
    }
}

/// Different at every call, but certainly a string.
fn not_deterministic(ev: &mut Evaluator<'_>, name: &str, span: Span) -> Value {
    let opaque = ev.opaque(Why::Function(name.into()), span);
    let Some(unknown) = opaque.as_unknown() else { return opaque };
    Value::unknown((**unknown).clone().refined(Refine::string(Shape::non_empty())), span)
}

fn apply(ev: &mut Evaluator<'_>, name: &str, values: &[Value], span: Span) -> Value {
    if let Some(result) = sensitivity(name, values, span) {
        return result;
    }
    let Some(function) = TABLE.iter().find(|function| function.name == name) else {
        return not_evaluated(ev, name, values, span);
    };
    if values.len() < function.least || values.len() > function.most {
        return ev.error(format!("{name} does not take {} arguments", values.len()), span);
    }
    if !function.deep {
        return distribute(ev, Some(name), values, span, &mut |ev, values| run(ev, function, values, span));
    }
    let sensitive = values.iter().any(is_tainted);
    let sides: Option<Vec<Vec<Arm>>> = values.iter().map(expand).collect();
    let result = match sides.as_deref().and_then(combinations) {
        Some(rows) => {
            let arms = rows.into_iter().map(|(guard, row)| (guard, run(ev, function, &row, span))).collect();
            one_of(arms, span)
        }
        None => None,
    };
    let result = match result {
        Some(result) => result,
        // Too many alternatives to write them out; the structure holds them all.
        None if name == "jsonencode" => {
            let text = ev.derived(name, Some(Kind::String), values, span);
            Value { structure: values.first().cloned().map(Arc::new), ..text }
        }
        None => too_many(ev, Some(name), values, span),
    };
    result.with_sensitive(sensitive)
}

fn run(ev: &mut Evaluator<'_>, function: &Function, values: &[Value], span: Span) -> Value {
    match (function.run)(&mut Call { ev, name: function.name, span }, values) {
        Ok(value) | Err(value) => value,
    }
}

/// The functions that change only whether a value is a secret.
fn sensitivity(name: &str, values: &[Value], span: Span) -> Option<Value> {
    let value = values.first()?;
    match name {
        "sensitive" => Some(value.clone().with_sensitive(true)),
        "nonsensitive" => Some(Value { sensitive: false, ..value.clone() }),
        "issensitive" => Some(Value::bool(value.sensitive, span)),
        "ephemeralasnull" => Some(value.clone()),
        _ => None,
    }
}

fn is_tainted(value: &Value) -> bool {
    value.sensitive
        || match &value.data {
            Data::List(list) => list.items.iter().any(is_tainted),
            Data::Map(map) => map.entries.values().any(|entry| is_tainted(&entry.value)),
            _ => false,
        }
}

/// A function that is not evaluated. Its arguments' errors are its own.
fn not_evaluated(ev: &mut Evaluator<'_>, name: &str, values: &[Value], span: Span) -> Value {
    if let Some(error) = values.iter().find(|value| value.as_unknown().is_some_and(is_invalid)) {
        return error.clone();
    }
    let derived = match name.starts_with("file") {
        // The same path is another file in another module.
        true => ev.opaque(Why::Function(name.into()), span),
        false => ev.derived(name, None, values, span),
    };
    let Some(unknown) = derived.as_unknown() else { return derived };
    let kind = match name {
        "plantimestamp" | "abspath" | "base64gzip" | "textencodebase64" | "provider::terraform::encode_expr" => {
            Refine::string(Shape::non_empty())
        }
        _ => Refine::default(),
    };
    let unknown = Unknown { why: Why::Function(name.into()), ..(**unknown).clone() }.refined(kind);
    Value::unknown(unknown, span).with_sensitive(derived.sensitive)
}

fn is_invalid(unknown: &Arc<Unknown>) -> bool {
    matches!(unknown.why, Why::Invalid(_))
}

/// A call in progress.
struct Call<'c, 'e> {
    ev: &'c mut Evaluator<'e>,
    name: &'static str,
    span: Span,
}

impl Call<'_, '_> {
    /// What Terraform refuses.
    fn error(&mut self, message: impl Into<Arc<str>>) -> Value {
        let message = format!("{}: {}", self.name, message.into());
        self.ev.error(message, self.span)
    }

    /// The unknown result of this call.
    fn unknown(&mut self, kind: Option<Kind>, values: &[Value]) -> Value {
        self.ev.derived(self.name, kind, values, self.span)
    }

    fn string(&self, text: impl Into<Arc<str>>) -> Value {
        Value::string(text, self.span)
    }

    fn bool(&self, value: bool) -> Value {
        Value::bool(value, self.span)
    }

    fn number(&self, number: Decimal) -> Value {
        Value::new(Data::Number(number.number()), self.span)
    }

    fn whole(&self, number: usize) -> Value {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        Value::new(Data::Number(Number::from(number)), self.span)
    }

    fn list(&mut self, items: Vec<Value>, collection: Collection) -> Value {
        self.open_list(items, None, collection)
    }

    fn open_list(&mut self, items: Vec<Value>, rest: Option<Arc<Unknown>>, collection: Collection) -> Value {
        let list = Value::new(Data::List(Arc::new(List { items, rest })), self.span);
        self.ev.collected(list, collection)
    }

    fn map(&mut self, map: Map, collection: Collection) -> Value {
        let map = Value::new(Data::Map(Arc::new(map)), self.span);
        self.ev.collected(map, collection)
    }

    fn converted(&mut self, values: &[Value], to: &Type) -> Outcome {
        let value = self.argument(values, 0)?;
        Ok(convert(value, to))
    }

    fn argument<'v>(&mut self, values: &'v [Value], at: usize) -> Result<&'v Value, Value> {
        values.get(at).ok_or_else(|| self.error("an argument is missing"))
    }

    /// An argument as a known string; `Err` when it is none, or not known: then the result is unknown, of this type.
    fn text(&mut self, values: &[Value], at: usize, result: Option<Kind>) -> Result<Arc<str>, Value> {
        let value = self.text_or_hole(values, at)?;
        match value.data {
            Data::String(text) => Ok(text),
            _ => Err(self.unknown(result, values)),
        }
    }

    /// An argument as a string, text or unknown.
    fn text_or_hole(&mut self, values: &[Value], at: usize) -> Outcome {
        let value = self.argument(values, at)?;
        if matches!(value.data, Data::Null | Data::Absent) {
            return Err(self.error("an argument is null"));
        }
        let converted = convert(value, &Type::String);
        if converted.as_unknown().is_some_and(is_invalid) { Err(converted) } else { Ok(converted) }
    }

    /// An argument as a known number.
    fn decimal(&mut self, values: &[Value], at: usize, result: Option<Kind>) -> Result<Decimal, Value> {
        let value = self.argument(values, at)?;
        match self.ev.numbers(std::slice::from_ref(value), self.span)?.as_deref() {
            Some([number]) => Ok(*number),
            _ => Err(self.unknown(result, values)),
        }
    }

    /// An argument as a known whole number.
    fn integer(&mut self, values: &[Value], at: usize, result: Option<Kind>) -> Result<i64, Value> {
        let number = self.decimal(values, at, result)?;
        match number.as_whole().and_then(|whole| i64::try_from(whole).ok()) {
            Some(whole) => Ok(whole),
            None => Err(self.error("a whole number is required")),
        }
    }

    /// An argument as a list that may be open; `Err` when it is none, or not known at all: then the result is unknown.
    fn items<'v>(&mut self, values: &'v [Value], at: usize, result: Option<Kind>) -> Result<&'v List, Value> {
        let value = self.argument(values, at)?;
        match &value.data {
            Data::List(list) => Ok(list),
            Data::Unknown(unknown) if is_invalid(unknown) => Err(value.clone()),
            Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::List)) => {
                Err(self.unknown(result, values))
            }
            _ => Err(self.error("a list is required")),
        }
    }

    /// An argument as the elements of a closed list.
    fn closed<'v>(&mut self, values: &'v [Value], at: usize, result: Option<Kind>) -> Result<&'v [Value], Value> {
        let list = self.items(values, at, result)?;
        if list.rest.is_some() {
            return Err(self.unknown(result, values));
        }
        Ok(&list.items)
    }
}

/// The term under which equal calls are equal.
fn call_term(name: &str, values: &[Value]) -> Term {
    Term::call(name, values.iter().map(Value::term))
}
