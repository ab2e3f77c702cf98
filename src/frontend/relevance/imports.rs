//! What templates import, as far as it stands in their text: the words of the exports' names.

use memchr::memmem;
use std::collections::BTreeSet;

/// The words that stand in the names of imports.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Imports {
    /// Words of literal parts: the export that is meant has some of them in its name.
    pub(super) words: BTreeSet<String>,
    /// There is an import in whose name no literal stands: any export may be meant.
    pub(super) any: bool,
}

/// Under these keys a template refers to other resources; only there an import is followed.
const REFERRING: &[&str] = &[
    "Roles",
    "RoleName",
    "ManagedPolicyArns",
    "PermissionsBoundary",
    "ResourceArn",
    "WebACLArn",
    "UserPoolId",
    "ClientId",
    "FunctionName",
    "SnsCallerArn",
    "SourceArn",
    "Identity",
    "TargetIds",
];

/// So far a key may stand in front of the import under it: a list of references between them.
const NEAR: usize = 300;

impl Imports {
    /// Adds the imports of a template. Where a word of Cognito stands in it, all of them; else those under a key that refers.
    pub(super) fn add(&mut self, text: &str) {
        let whole = memmem::find(text.as_bytes(), b"ognito").is_some();
        for at in memmem::find_iter(text.as_bytes(), b"ImportValue") {
            let before = text.as_bytes().get(at.saturating_sub(NEAR)..at).unwrap_or_default();
            if whole || REFERRING.iter().any(|key| memmem::find(before, key.as_bytes()).is_some()) {
                self.add_name(text.get(at..).unwrap_or_default());
            }
        }
    }

    /// Adds the name that follows `ImportValue`, in its line, or in the first one after it that has any literal.
    fn add_name(&mut self, expression: &str) {
        const LINES: usize = 4;
        const LONGEST: usize = 200;
        let expression: String = expression.chars().take(LONGEST).collect();
        let found = expression.lines().take(LINES).map(words).find(|words| !words.is_empty());
        match found {
            Some(words) => self.words.extend(words),
            None => self.any = true,
        }
    }
}

/// The words of a line that are no functions and no placeholders.
fn words(line: &str) -> Vec<String> {
    const FUNCTIONS: [&str; 9] = ["ImportValue", "Fn", "Sub", "Join", "Ref", "If", "Select", "Split", "AWS"];
    let mut literal = String::new();
    for (at, part) in line.split("${").enumerate() {
        let part = if at == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) };
        literal.push_str(part);
        literal.push(' ');
    }
    let words = literal.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
    words.filter(|word| !FUNCTIONS.contains(word)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_import_are_those_of_its_name() {
        let table = [
            ("ognito !ImportValue sms-role", vec!["role", "sms"], false),
            ("ognito {'Fn::ImportValue': !Sub '${Parent}-RoleArn'}", vec!["RoleArn"], false),
            ("ognito Fn::ImportValue:\n  !Sub ${Parent}-RoleArn\nOther: x", vec!["RoleArn"], false),
            ("ognito !ImportValue {\n  'Fn::Sub': '${A}'\n}\n", vec![], true),
            ("Roles: [!ImportValue sms-role]", vec!["role", "sms"], false),
            ("VpcId: !ImportValue vpc", vec![], false),
        ];
        for (text, words, any) in table {
            let mut imports = Imports::default();
            imports.add(text);
            let expected = Imports { words: words.into_iter().map(str::to_owned).collect(), any };
            assert_eq!(imports, expected, "{text}");
        }
    }
}
