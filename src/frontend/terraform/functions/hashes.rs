//! Hashes: of texts, and of files of the project.

use super::encoding::base64;
use super::files::read;
use super::{Call, Outcome};
use crate::value::{Kind, Value};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

const STRING: Option<Kind> = Some(Kind::String);

/// The bytes that a hash is made of, and how it is written, follow from the function's name: `sha256`, `base64sha256`,
/// `filesha256`, `filebase64sha256`.
pub(super) fn hash(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (of_file, name) = match call.name.strip_prefix("file") {
        Some(name) => (true, name),
        None => (false, call.name),
    };
    let text = if of_file { read(call, values, STRING)?.1 } else { call.text(values, 0, STRING)? };
    let (in_base64, algorithm) = match name.strip_prefix("base64") {
        Some(algorithm) => (true, algorithm),
        None => (false, name),
    };
    let digest = match algorithm {
        "md5" => Md5::digest(text.as_bytes()).to_vec(),
        "sha1" => Sha1::digest(text.as_bytes()).to_vec(),
        "sha256" => Sha256::digest(text.as_bytes()).to_vec(),
        "sha512" => Sha512::digest(text.as_bytes()).to_vec(),
        _ => return Err(call.unknown(STRING, values)),
    };
    Ok(call.string(if in_base64 { base64(&digest) } else { hexadecimal(&digest) }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name spaces of RFC 4122, appendix C, that have names of their own.
const NAME_SPACES: [(&str, &str); 4] = [
    ("dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ("url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"),
    ("oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8"),
    ("x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8"),
];

/// `uuidv5(namespace, name)`: RFC 4122, section 4.3.
pub(super) fn uuid_v5(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let space = call.text(values, 0, STRING)?;
    let name = call.text(values, 1, STRING)?;
    let space = NAME_SPACES.iter().find(|(known, _)| **known == *space).map_or(&*space, |(_, uuid)| uuid);
    let Some(space) = bytes_of(space) else { return Err(call.error("the namespace is no UUID")) };
    let mut digest = Sha1::new_with_prefix(space).chain_update(name.as_bytes()).finalize().to_vec();
    digest.truncate(16);
    for (at, byte) in digest.iter_mut().enumerate() {
        match at {
            6 => *byte = (*byte & 0x0f) | 0x50,
            8 => *byte = (*byte & 0x3f) | 0x80,
            _ => {}
        }
    }
    let text = hexadecimal(&digest);
    let group = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let groups = [group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32)];
    Ok(call.string(groups.join("-")))
}

/// The bytes of a UUID in its usual spelling.
fn bytes_of(uuid: &str) -> Option<Vec<u8>> {
    let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
    let digits: String = uuid.split('-').collect();
    if lengths != [8, 4, 4, 4, 12] || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..16).map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}
