//! ARNs, and addresses of IPv4 networks.

use super::super::expr::{Type, convert};
use super::{Call, Outcome, is_invalid};
use crate::value::{Collection, Entry, Kind, Map, Value};
use std::net::Ipv4Addr;
use std::sync::Arc;

const STRING: Option<Kind> = Some(Kind::String);

/// `provider::aws::arn_build(partition, service, region, account, resource)`
pub(super) fn arn_build(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let mut parts = vec![call.string("arn")];
    for value in values {
        let text = convert(value, &Type::String);
        if text.as_unknown().is_some_and(is_invalid) {
            return Err(text);
        }
        parts.push(call.string(":"));
        parts.push(text);
    }
    Ok(call.ev.joined(&parts, call.span))
}

/// `provider::aws::arn_parse(arn)`
pub(super) fn arn_parse(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let arn = call.text(values, 0, Some(Kind::Map))?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts.as_slice() else {
        return Err(call.error("the text is no ARN"));
    };
    let names = ["partition", "service", "region", "account_id", "resource"];
    let mut map = Map::default();
    for (name, part) in names.into_iter().zip([partition, service, region, account, resource]) {
        map.entries.insert(Arc::from(name), Entry { key_span: call.span, value: call.string(*part) });
    }
    Ok(call.map(map, Collection::Object))
}

/// `provider::aws::trim_iam_role_path(arn)`: a role's ARN without its path.
pub(super) fn trim_role_path(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let arn = call.text(values, 0, STRING)?;
    match arn.split_once(":role/") {
        Some((before, path)) => {
            let name = path.rsplit('/').next().unwrap_or(path);
            Ok(call.string(format!("{before}:role/{name}")))
        }
        None => Err(call.error("the text is no role's ARN")),
    }
}

/// An IPv4 network: its address as a number and the length of its prefix. Others are not evaluated.
fn network(call: &mut Call<'_, '_>, values: &[Value]) -> Result<(u32, u32), Value> {
    let text = call.text(values, 0, STRING)?;
    let parsed = text.split_once('/').and_then(|(address, length)| {
        let address: Ipv4Addr = address.parse().ok()?;
        let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
        Some((u32::from(address) & mask(length), length))
    });
    parsed.ok_or_else(|| call.unknown(STRING, values))
}

fn mask(length: u32) -> u32 {
    u32::MAX.checked_shl(32 - length).unwrap_or(0)
}

/// `cidrsubnet(prefix, bits, number)`
pub(super) fn subnet(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (address, length) = network(call, values)?;
    let bits = call.integer(values, 1, STRING)?;
    let number = call.integer(values, 2, STRING)?;
    let longer = u32::try_from(bits).ok().and_then(|bits| length.checked_add(bits)).filter(|length| *length <= 32);
    let (Some(longer), Ok(number)) = (longer, u64::try_from(number)) else {
        return Err(call.error("the prefix has no such subnet"));
    };
    if number >> (longer - length) > 0 {
        return Err(call.error("the prefix has no such subnet"));
    }
    let offset = u32::try_from(number << (32 - longer)).unwrap_or(0);
    Ok(call.string(format!("{}/{longer}", Ipv4Addr::from(address | offset))))
}

/// `cidrhost(prefix, number)`; negative numbers count from the end.
pub(super) fn host(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (address, length) = network(call, values)?;
    let number = call.integer(values, 1, STRING)?;
    let size = 1_i64 << (32 - length);
    let offset = if number < 0 { number.saturating_add(size) } else { number };
    match u32::try_from(offset).ok().filter(|_| offset < size) {
        Some(offset) => Ok(call.string(Ipv4Addr::from(address | offset).to_string())),
        None => Err(call.error("the prefix has no such address")),
    }
}

/// `cidrnetmask(prefix)`
pub(super) fn net_mask(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (_, length) = network(call, values)?;
    Ok(call.string(Ipv4Addr::from(mask(length)).to_string()))
}
