//! Addresses and references as Terraform writes them: `module.a["k"].data.aws_iam_role.x[0]`, `var.sms.role_arn`.

use std::fmt;
use std::sync::Arc;

/// A name with the key in brackets behind it, if any. The key is kept as written: `0`, `"k"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    /// `aws_iam_role`, `sms`, `arn`
    pub(super) name: Arc<str>,
    /// The text between the brackets.
    pub(super) key: Option<Arc<str>>,
}

/// The address of a resource instance, or of all instances of a resource where it has no key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    /// The calls that lead to its module, with their keys; empty for the root module.
    pub(super) module: Vec<Segment>,
    /// A data source.
    pub(super) data: bool,
    /// `aws_iam_role`
    pub(super) kind: Arc<str>,
    /// `sms`
    pub(super) name: Arc<str>,
    /// `0`, `"k"`
    pub(super) key: Option<Arc<str>>,
}

/// A resource in the configuration: its module's calls without keys, and `type.name` or `data.type.name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Declared {
    /// The names of the calls.
    pub(super) module: Vec<Arc<str>>,
    /// The address inside the module.
    pub(super) resource: Arc<str>,
}

impl Address {
    /// Reads an address, which may be followed by attributes; gives those, too. `None` for what names no resource.
    pub(super) fn parse(text: &str) -> Option<(Self, Vec<Segment>)> {
        let mut segments = segments(text)?.into_iter().peekable();
        let mut module = Vec::new();
        while segments.peek().is_some_and(|segment| &*segment.name == "module" && segment.key.is_none()) {
            segments.next();
            module.push(segments.next()?);
        }
        let data = segments.peek().is_some_and(|segment| &*segment.name == "data");
        if data {
            segments.next();
        }
        let kind = segments.next().filter(|segment| segment.key.is_none())?.name;
        let Segment { name, key } = segments.next()?;
        Some((Self { module, data, kind, name, key }, segments.collect()))
    }

    /// What of it stands in the configuration.
    pub(super) fn declared(&self) -> Declared {
        Declared { module: names(&self.module), resource: self.resource().into() }
    }

    /// `type.name` or `data.type.name`.
    pub(super) fn resource(&self) -> String {
        format!("{}{}.{}", if self.data { "data." } else { "" }, self.kind, self.name)
    }

    /// The type as the model names it: data sources with `data.` in front.
    pub(super) fn type_name(&self) -> Arc<str> {
        if self.data { format!("data.{}", self.kind).into() } else { self.kind.clone() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", prefix(&self.module), self.resource())?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "[{key}]"))
    }
}

/// The names of calls, without keys.
pub(super) fn names(module: &[Segment]) -> Vec<Arc<str>> {
    module.iter().map(|call| call.name.clone()).collect()
}

/// What stands in front of the addresses of a module: `module.a["k"].`, or nothing for the root module.
pub(super) fn prefix(module: &[Segment]) -> String {
    let call = |call: &Segment| match &call.key {
        Some(key) => format!("module.{}[{key}].", call.name),
        None => format!("module.{}.", call.name),
    };
    module.iter().map(call).collect()
}

/// Cuts a reference at its dots; brackets belong to the name in front of them. `None` when brackets do not match.
pub(super) fn segments(text: &str) -> Option<Vec<Segment>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let (key, behind) = keys(behind)?;
        found.push(Segment { name: name.into(), key });
        rest = behind.strip_prefix('.').unwrap_or(behind);
    }
    (!found.is_empty()).then_some(found)
}

/// The text inside the first brackets, and what stands behind all that follow each other.
fn keys(text: &str) -> Option<(Option<Arc<str>>, &str)> {
    let mut first = None;
    let mut rest = text;
    while let Some(inside) = rest.strip_prefix('[') {
        let end = bracket_end(inside)?;
        first = first.or_else(|| inside.get(..end).map(Arc::from));
        rest = inside.get(end + 1..)?;
    }
    Some((first, rest))
}

/// Where the bracket closes; brackets inside quotes do not count.
fn bracket_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for text in [
            "aws_iam_role.sms",
            "aws_iam_role.sms[0]",
            r#"module.a["k.]\"x"].module.b[1].data.aws_iam_role.x["y"]"#,
            "module.module.aws_x.module",
        ] {
            let (address, behind) = Address::parse(text).unwrap();
            assert_eq!(address.to_string(), text);
            assert_eq!(behind, []);
        }
    }

    #[test]
    fn what_stands_behind_an_address_is_an_attribute() {
        let (address, behind) = Address::parse("data.aws_iam_role.x[0].tags[\"a\"].b").unwrap();
        assert_eq!((address.type_name().as_ref(), address.key.as_deref()), ("data.aws_iam_role", Some("0")));
        let names: Vec<&str> = behind.iter().map(|segment| &*segment.name).collect();
        assert_eq!(names, ["tags", "b"]);
        assert_eq!(Address::parse("module.a"), None);
        assert_eq!(Address::parse("aws_x.y[0"), None);
    }
}
