//! Files and paths. What is no text of the project is unknown.

use super::encoding::base64;
use super::{Call, Outcome, is_invalid};
use crate::source::{FileId, Span};
use crate::syntax::hcl;
use crate::value::{Collection, Data, Kind, Value, Why};
use std::sync::Arc;

const STRING: Option<Kind> = Some(Kind::String);

/// The text of the file that an argument names.
pub(super) fn read(
    call: &mut Call<'_, '_>,
    values: &[Value],
    result: Option<Kind>,
) -> Result<(FileId, Arc<str>), Value> {
    let path = call.text(values, 0, result)?;
    match call.ev.read_file(&path) {
        Ok(found) => Ok(found),
        Err(why) => {
            let span = call.span;
            Err(call.ev.opaque(why, span))
        }
    }
}

/// `file(path)`: the value's place is the whole file.
pub(super) fn file(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (id, text) = read(call, values, STRING)?;
    let span = Span::new(id, 0, text.len());
    Ok(Value::string(text, span))
}

/// `filebase64(path)`
pub(super) fn file_base64(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (_, text) = read(call, values, STRING)?;
    Ok(call.string(base64(text.as_bytes())))
}

/// `fileexists(path)`
pub(super) fn file_exists(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let path = call.text(values, 0, Some(Kind::Bool))?;
    match call.ev.read_file(&path) {
        Ok(_) => Ok(call.bool(true)),
        Err(Why::FileAbsent(_)) => Ok(call.bool(false)),
        Err(why) => {
            let span = call.span;
            Err(call.ev.opaque(why, span))
        }
    }
}

/// `fileset(folder, pattern)`
pub(super) fn file_set(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let folder = call.text(values, 0, Some(Kind::List))?;
    let pattern = call.text(values, 1, Some(Kind::List))?;
    let Some(paths) = call.ev.list_files(&folder) else { return Err(call.unknown(Some(Kind::List), values)) };
    let patterns: Option<Vec<glob::Pattern>> =
        alternatives(&pattern, 4).and_then(|all| all.iter().map(|one| glob::Pattern::new(one).ok()).collect());
    let Some(patterns) = patterns else { return Err(call.unknown(Some(Kind::List), values)) };
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
    let mut found: Vec<String> =
        paths.into_iter().filter(|path| patterns.iter().any(|pattern| pattern.matches_with(path, options))).collect();
    found.sort();
    let items = found.into_iter().map(|path| call.string(path)).collect();
    Ok(call.list(items, Collection::Set))
}

/// A pattern with `{a,b}` written out; `None` when that gives too many.
fn alternatives(pattern: &str, depth: usize) -> Option<Vec<String>> {
    let Some((before, rest)) = pattern.split_once('{') else { return Some(vec![pattern.to_owned()]) };
    let (inside, behind) = rest.split_once('}')?;
    let depth = depth.checked_sub(1)?;
    let mut all = Vec::new();
    for one in inside.split(',') {
        all.extend(alternatives(&format!("{before}{one}{behind}"), depth)?);
    }
    (all.len() <= 64).then_some(all)
}

/// `basename(path)`
pub(super) fn base_name(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let path = call.text(values, 0, STRING)?;
    let kept = path.trim_end_matches('/');
    let name = match (path.is_empty(), kept.rsplit('/').next()) {
        (true, _) => ".",
        (false, Some(name)) if !name.is_empty() => name,
        _ => "/",
    };
    Ok(call.string(name))
}

/// `dirname(path)`
pub(super) fn dir_name(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let path = call.text(values, 0, STRING)?;
    let folder = match path.rsplit_once('/') {
        None => ".",
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
    };
    // Only a clean path is its own answer.
    if folder.contains("//") || folder.split('/').any(|part| part == ".." || (part == "." && folder != ".")) {
        return Err(call.unknown(STRING, values));
    }
    Ok(call.string(folder))
}

/// `pathexpand(path)`: a path under `~` is somebody's.
pub(super) fn path_expand(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let path = call.text(values, 0, STRING)?;
    if path.starts_with('~') {
        return Err(call.unknown(STRING, values));
    }
    Ok(call.string(path))
}

/// `templatefile(path, variables)`
pub(super) fn template_file(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    if call.ev.in_template() {
        return Err(call.error("a template file cannot read another one"));
    }
    let (id, text) = read(call, values, None)?;
    let locals = variables(call, values)?;
    match hcl::parse_template(id, &text, None) {
        Ok(pieces) => Ok(call.ev.sealed_with(locals, |ev| ev.template(&pieces, Span::new(id, 0, text.len())))),
        Err(error) => Err(call.error(error.message)),
    }
}

fn variables(call: &mut Call<'_, '_>, values: &[Value]) -> Result<Vec<(Arc<str>, Value)>, Value> {
    let value = call.argument(values, 1)?;
    match &value.data {
        Data::Map(map) if map.rest.is_none() => {
            Ok(map.entries.iter().map(|(name, entry)| (name.clone(), entry.value.clone())).collect())
        }
        Data::Unknown(unknown) if is_invalid(unknown) => Err(value.clone()),
        Data::Map(_) | Data::Unknown(_) => Err(call.unknown(None, values)),
        _ => Err(call.error("the variables are a map")),
    }
}

/// `templatestring(text, variables)`: only a text that is no template is evaluated.
pub(super) fn template_string(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, None)?;
    if text.contains("${") || text.contains("%{") {
        return Err(call.unknown(None, values));
    }
    Ok(call.argument(values, 0)?.clone())
}
