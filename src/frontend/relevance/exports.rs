//! What templates import and export, as far as it stands in their text: the words of the exports' names.

use memchr::memmem;
use std::collections::BTreeSet;

/// The words that stand in the names of exports, where they are imported or exported.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ExportNames {
    /// Words of literal parts.
    words: BTreeSet<String>,
    /// There is a name in which no literal stands: it may be any.
    any: bool,
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
const NEAR: usize = 120;

impl ExportNames {
    /// True when there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty() && !self.any
    }

    /// True when a name of one may be one of the other: they have a word in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let open = (self.any && !other.is_empty()) || (other.any && !self.is_empty());
        open || !self.words.is_disjoint(&other.words)
    }

    /// The names under which a template exports.
    pub(super) fn exported(text: &str) -> Self {
        let mut names = Self::default();
        for at in memmem::find_iter(text.as_bytes(), b"Export") {
            names.add_name(text.get(at..).unwrap_or_default());
        }
        names
    }

    /// Adds the imports of a template. Where a word of Cognito stands in it, all of them; else those under a key that refers.
    pub(super) fn add_imported(&mut self, text: &str) {
        let whole = memmem::find(text.as_bytes(), b"ognito").is_some();
        for at in memmem::find_iter(text.as_bytes(), b"ImportValue") {
            let before = text.as_bytes().get(at.saturating_sub(NEAR)..at).unwrap_or_default();
            if whole || REFERRING.iter().any(|key| memmem::find(before, key.as_bytes()).is_some()) {
                self.add_name(text.get(at..).unwrap_or_default());
            }
        }
    }

    /// Adds the name that follows `ImportValue` or `Export`, in its line, or in the first one after it that has any literal.
    fn add_name(&mut self, expression: &str) {
        const LINES: usize = 4;
        const LONGEST: usize = 200;
        let expression: String = expression.chars().take(LONGEST).collect();
        for line in expression.lines().take(LINES) {
            let words = words(line);
            if !words.is_empty() {
                self.words.extend(words);
                return;
            }
            if line.contains("Ref") || line.contains("${") {
                break;
            }
        }
        self.any = true;
    }
}

/// The words of a line that are no functions and no placeholders.
fn words(line: &str) -> Vec<String> {
    const OTHER: [&str; 10] = ["ImportValue", "Export", "Name", "Fn", "Sub", "Join", "Ref", "If", "Select", "Split"];
    // The stack's own name stands in front of most exports, and says nothing of what they export.
    let line = line.replace("AWS::StackName", "");
    let mut literal = String::new();
    for (at, part) in line.split("${").enumerate() {
        let part = if at == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) };
        literal.push_str(part);
        literal.push(' ');
    }
    let words = literal.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
    words.filter(|word| !OTHER.contains(word)).map(str::to_owned).collect()
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
            let mut imports = ExportNames::default();
            imports.add_imported(text);
            let expected = ExportNames { words: words.into_iter().map(str::to_owned).collect(), any };
            assert_eq!(imports, expected, "{text}");
        }
    }

    #[test]
    fn an_import_meets_the_exports_that_share_a_word() {
        let mut imports = ExportNames::default();
        imports.add_imported("Roles: [!ImportValue {'Fn::Sub': '${Auth}-RoleArn'}]");
        let table = [
            ("Export: {Name: !Sub '${AWS::StackName}-RoleArn'}", true),
            ("Export:\n  Name: !Join ['-', [!Ref 'AWS::StackName', RoleArn]]\n", true),
            ("Export:\n  Name: !Ref Name\nOther: x", true),
            ("Export:\n  Name: !Sub '${AWS::StackName}-VPC'\n", false),
            ("Export:\n  Name: !Sub '${AWS::StackName}-StackName'\n", false),
            ("Outputs: {}", false),
        ];
        for (text, meets) in table {
            let exports = ExportNames::exported(text);
            assert_eq!((imports.meets(&exports), exports.meets(&imports)), (meets, meets), "{text}");
        }
        assert!(!ExportNames::default().meets(&ExportNames::exported("Export: {Name: !Ref Name}")));
    }
}
