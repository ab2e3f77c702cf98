//! Whether a text may attach something to what is not its own: a policy to a role, a permission of a user pool to a function.
//! Both name the other side by a word or a reference, which is told apart from one to a resource of the same text without
//! parsing it. What is not plain counts as attaching.

use memchr::memmem;

/// In which language a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A template in YAML or JSON.
    Template,
    /// A file of a Terraform module.
    Module,
    /// A plan: everything in it is a literal.
    Plan,
}

/// True when a text may attach a policy to a role that is not its own, or a permission to somebody's function.
pub(super) fn attaches_elsewhere(text: &str, written: Written) -> bool {
    match written {
        Written::Plan => true,
        Written::Template => {
            let by_role = |policy: &str, key: &str| has(text, policy) && names_other_role(text, key);
            let policy = by_role("AWS::IAM::", "Roles") || by_role("AWS::IAM::RolePolicy", "RoleName");
            policy || (has(text, "AWS::Lambda::Permission") && has_open_principal(text))
        }
        Written::Module => {
            let policies = ["\"aws_iam_role_polic", "\"aws_iam_policy_attachment", "\"awscc_iam_"];
            let arguments = ["role", "roles", "role_name"];
            let own = ["aws_iam_role.", "[aws_iam_role."];
            let has_policy = policies.iter().any(|policy| has(text, policy));
            (has_policy && arguments.iter().any(|name| is_given(text, name, |value| !starts(value, &own))))
                || (has(text, "\"aws_lambda_permission\"")
                    && is_given(text, "principal", |value| !value.starts_with('"')))
        }
    }
}

fn has(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

fn starts(value: &str, with: &[&str]) -> bool {
    with.iter().any(|start| value.starts_with(start))
}

/// What follows each occurrence of a word as a key of YAML, JSON or HCL, blanks skipped.
fn values<'t>(text: &'t str, key: &'t str) -> impl Iterator<Item = &'t str> {
    memmem::find_iter(text.as_bytes(), key.as_bytes()).filter_map(move |at| {
        let before = text.get(..at)?.chars().next_back();
        let is_whole = before.is_none_or(|before| before.is_whitespace() || matches!(before, '"' | '\'' | '{' | ','));
        let after = text.get(at + key.len()..).filter(|_| is_whole)?;
        let after = after.strip_prefix(['"', '\'']).unwrap_or(after).trim_start();
        Some(after.strip_prefix([':', '='])?.trim_start())
    })
}

/// True when an argument of HCL has such a value; blanks in it are skipped.
fn is_given(text: &str, argument: &str, is_such: impl Fn(&str) -> bool) -> bool {
    values(text, argument).any(|value| {
        let head: String = value.chars().filter(|c| !c.is_whitespace()).take(16).collect();
        is_such(&head)
    })
}

/// True when something under a key of a template is no `Ref` to a role of the same template.
fn names_other_role(text: &str, key: &str) -> bool {
    values(text, key).any(|value| {
        let mut rest = value;
        loop {
            rest =
                rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '[' | ']' | '{' | '}' | ','));
            rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
            if let Some(comment) = rest.strip_prefix('#') {
                rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
                continue;
            }
            let (word, after) = word(rest);
            let after_quote = after.strip_prefix(['"', '\'']).unwrap_or(after);
            let referred = match word {
                "" => rest.strip_prefix("!Ref ").map(str::trim_start),
                "Ref" => after_quote.strip_prefix(':').map(str::trim_start),
                // The next key: the value has ended.
                _ if is_after_key(after_quote) => return false,
                _ => return true,
            };
            match referred {
                Some(name) => {
                    let (name, after) = self::word(name.strip_prefix(['"', '\'']).unwrap_or(name));
                    if !is_own_role(text, name) {
                        return true;
                    }
                    rest = after.strip_prefix(['"', '\'']).unwrap_or(after);
                }
                // The end of the text, or another function, an alias, a tag.
                None => return !rest.is_empty(),
            }
        }
    })
}

/// The word that a text begins with, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.split_at(end)
}

fn is_after_key(text: &str) -> bool {
    let after = text.trim_start_matches([' ', '\t']).strip_prefix(':');
    after.is_some_and(|after| after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '{' | '[')))
}

/// True when a template declares a role of this logical id, the type in front.
fn is_own_role(text: &str, logical_id: &str) -> bool {
    !logical_id.is_empty()
        && values(text, logical_id).any(|declared| {
            let declared = declared.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '"' | '\''));
            let named = declared.strip_prefix("Type").map(|rest| rest.trim_start_matches(['"', '\'', ':', ' ']));
            let after = named.and_then(|named| named.strip_prefix("AWS::IAM::Role"));
            after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        })
}

/// True when a `Principal` is not plain, or is everybody.
fn has_open_principal(text: &str) -> bool {
    values(text, "Principal").any(|value| {
        let value = value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '"' | '\''));
        starts(value, &["!", "*", "&", "<", "Ref", "Fn::"])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "  R:\n    Type: AWS::IAM::Role\n";

    #[test]
    fn a_policy_of_an_own_role_attaches_to_nothing_else() {
        let policy = |roles: &str| {
            format!(
                "Resources:\n  P:\n    Type: AWS::IAM::Policy\n    Properties:\n{roles}\n      PolicyName: p\n{ROLE}"
            )
        };
        let own = [
            "      Roles: [!Ref R]",
            "      Roles:\n      - !Ref R # ours\n      - Ref: R",
            "      Roles: [{Ref: R}]",
            "",
        ];
        let other = [
            "      Roles: [r]",
            "      Roles:\n        - !Ref R\n        - shop",
            "      Roles: [!Ref Name]",
            "      Roles: !Ref R2",
            "      Roles: [!ImportValue r]",
            "      Roles: [{Fn::ImportValue: r}]",
            "      Roles: *roles",
            "      Roles: [!Ref R, !Sub '${R}']",
        ];
        for text in own {
            assert!(!attaches_elsewhere(&policy(text), Written::Template), "{text}");
        }
        for text in other {
            assert!(attaches_elsewhere(&policy(text), Written::Template), "{text}");
        }
        assert!(!attaches_elsewhere(&format!("{ROLE}    Properties:\n      RoleName: shop"), Written::Template));
        let json = |name: &str| {
            format!(
                r#"{{"Resources":{{"P":{{"Type":"AWS::IAM::RolePolicy","Properties":{{"RoleName":{{"Ref":"{name}"}},"PolicyName":"p"}}}},
                "R":{{"Type":"AWS::IAM::Role"}}}}}}"#
            )
        };
        assert!(!attaches_elsewhere(&json("R"), Written::Template));
        assert!(attaches_elsewhere(&json("Name"), Written::Template));
    }

    #[test]
    fn a_permission_of_a_literal_service_is_nobody_elses() {
        let permission =
            |principal: &str| format!("P: {{Type: AWS::Lambda::Permission, Properties: {{Principal: {principal}}}}}");
        for (principal, open) in [("s3.amazonaws.com", false), ("'*'", true), ("!Ref Who", true), ("{Ref: Who}", true)]
        {
            assert_eq!(attaches_elsewhere(&permission(principal), Written::Template), open, "{principal}");
        }
    }

    #[test]
    fn a_module_attaches_elsewhere_by_anything_but_its_own_roles() {
        let policy = |role: &str| format!("resource \"aws_iam_role_policy\" \"p\" {{\n  role = {role}\n}}");
        for (role, elsewhere) in [
            ("aws_iam_role.r.id", false),
            ("\"shop\"", true),
            ("var.role", true),
            ("module.r.name", true),
            ("data.aws_iam_role.r.name", true),
        ] {
            assert_eq!(attaches_elsewhere(&policy(role), Written::Module), elsewhere, "{role}");
        }
    }
}
