//! The words that are looked for in every input, all at once.

use super::super::Wanted;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeMap;

/// Words that make an input matter, whatever is wanted.
const ALWAYS: &[&str] = &[
    // Policies that reach every account or identity.
    "AWS::Organizations::",
    "aws_organizations_policy",
    "AWS::SES::EmailIdentity",
    "aws_ses_identity_policy",
    "aws_sesv2_email_identity_policy",
    // A template whose nested ones are found by another name than the one it writes.
    "/amplify-cfn-templates/",
    // Escapes that may hide a word.
    "\\u",
    "\\U",
    "\\x",
];

/// A suppression: that it suppresses nothing is told. Its input is read, and reaches nothing.
const SUPPRESSION: &str = "coglint";

/// Types of resources that nest a template.
const NESTING: &[&str] = &["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];

/// How one input refers to another.
pub(super) struct Bridge {
    /// Where one of these words stands in an input that matters,
    asked: &'static [&'static str],
    /// those with one of these do, too,
    answered: &'static [&'static str],
    /// as far as they may attach something to what is not their own.
    pub(super) attaching: bool,
}

/// All ways but those that are told by names: exports, and ARNs.
pub(super) const BRIDGES: &[Bridge] = &[
    Bridge { asked: &["Export"], answered: &["ImportValue"], attaching: true },
    Bridge { asked: &["GetStackOutput"], answered: &["Outputs"], attaching: false },
    Bridge { asked: &["Outputs"], answered: &["GetStackOutput"], attaching: true },
    Bridge { asked: &["CrossRegionExport"], answered: &["CrossRegionExport"], attaching: false },
    Bridge { asked: SSM_REFERENCE, answered: SSM_PARAMETER, attaching: false },
    Bridge { asked: SSM_PARAMETER, answered: SSM_REFERENCE, attaching: true },
    Bridge {
        asked: &["RoleName", "aws_iam_role"],
        answered: &["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "_iam_"],
        attaching: true,
    },
    Bridge {
        asked: &["LambdaConfig", "lambda_config"],
        answered: &["AWS::Lambda::Permission", "aws_lambda_permission"],
        attaching: true,
    },
];

/// The resource type, as it ends in YAML and JSON: not the types of template parameters that begin alike.
const SSM_PARAMETER: &[&str] = &[
    "AWS::SSM::Parameter\n",
    "AWS::SSM::Parameter\r",
    "AWS::SSM::Parameter\"",
    "AWS::SSM::Parameter'",
    "AWS::SSM::Parameter ",
    "AWS::SSM::Parameter,",
    "AWS::SSM::Parameter}",
];

const SSM_REFERENCE: &[&str] = &["resolve:ssm", "AWS::SSM::Parameter::Value"];

/// A set of groups of words: those of which one stands in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said(u64);

impl Said {
    pub(super) const WANTED: Self = Self(1);
    pub(super) const SUPPRESSION: Self = Self(1 << 1);
    pub(super) const NESTING: Self = Self(1 << 2);
    pub(super) const EXPORT: Self = Self(1 << 3);

    /// What an input says that refers to others over a bridge.
    pub(super) fn asked(bridge: usize) -> Self {
        Self(1 << (4 + 2 * bridge))
    }

    /// What those say to which it refers.
    pub(super) fn answered(bridge: usize) -> Self {
        Self(1 << (5 + 2 * bridge))
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when both have a group in common.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const ALL: Self = Self(u64::MAX);
}

/// The words of a run.
pub(super) struct Words {
    finder: Option<AhoCorasick>,
    /// The groups of each word, in the order of the patterns.
    groups: Vec<Said>,
}

impl Words {
    pub(super) fn new(wanted: &Wanted) -> Self {
        let mut groups: BTreeMap<&str, Said> = BTreeMap::new();
        let mut add = |words: &[&'static str], group: Said| {
            for word in words {
                let known = groups.entry(word).or_default();
                *known = known.with(group);
            }
        };
        add(ALWAYS, Said::WANTED);
        add(&[SUPPRESSION], Said::SUPPRESSION);
        add(NESTING, Said::NESTING);
        add(&["Export"], Said::EXPORT);
        for (at, bridge) in BRIDGES.iter().enumerate() {
            add(bridge.asked, Said::asked(at));
            add(bridge.answered, Said::answered(at));
        }
        for word in words_of(wanted) {
            let known = groups.entry(word).or_default();
            *known = known.with(Said::WANTED);
        }
        let finder = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(groups.keys());
        Self { finder: finder.ok(), groups: groups.into_values().collect() }
    }

    /// What stands in a text. Where the words are too many to look for, everything may.
    pub(super) fn said(&self, text: &str) -> Said {
        let Some(finder) = &self.finder else { return Said::ALL };
        let found = finder.find_overlapping_iter(text.as_bytes());
        let groups = found.filter_map(|found| self.groups.get(found.pattern().as_usize()));
        groups.fold(Said::default(), |said, group| said.with(*group))
    }
}

/// The words of the wanted types. Of Cognito's the service's name is enough, however the rest of it is put together.
fn words_of(wanted: &Wanted) -> Vec<&str> {
    let mut words = Vec::new();
    for name in &wanted.types {
        let name = name.strip_prefix("data.").unwrap_or(name);
        words.push(if name.contains("ognito") { "ognito" } else { name });
    }
    let is_foreign = |word: &&str| word.contains("AWS::") && !word.contains("AWS::WAFv2");
    if words.iter().any(is_foreign) {
        // What SAM and loops make of a template names its type nowhere.
        words.extend(["AWS::Serverless", "Fn::ForEach"]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_what_stands_in_it() {
        let types = ["AWS::Cognito::UserPool", "aws_cognito_user_pool"].map(str::to_owned).into();
        let words = Words::new(&Wanted { types, ..Wanted::default() });
        let bridge = |asked: &str| BRIDGES.iter().position(|bridge| bridge.asked.contains(&asked)).unwrap();
        let (names, ssm) = (bridge("RoleName"), bridge("resolve:ssm"));
        let table = [
            ("Type: AWS::Cognito::UserPool", Said::WANTED),
            ("resource \"aws_cognito_user_pool\" \"p\" {}", Said::WANTED),
            ("Type: \"AWS::\\u0043ognito\"", Said::WANTED),
            ("# coglint: ignore", Said::SUPPRESSION),
            ("Type: AWS::CloudFormation::Stack", Said::NESTING),
            ("Export:", Said::EXPORT.with(Said::asked(bridge("Export")))),
            ("resource \"aws_iam_role\" \"r\" {}", Said::asked(names).with(Said::answered(names))),
            ("Type: AWS::SSM::Parameter::Value<String>", Said::asked(ssm).with(Said::answered(ssm + 1))),
            ("Type: AWS::SNS::Topic", Said::default()),
        ];
        for (text, said) in table {
            assert_eq!(words.said(text), said, "{text}");
        }
    }
}
