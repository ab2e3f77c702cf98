//! What a file is, by its name and a search of its bytes: no parser runs over a file that cannot matter.

use crate::frontend::InputKind;
use memchr::memmem;

/// Names that Terraform gives to its files; the longer ending stands before the shorter one.
const TERRAFORM: &[(&str, InputKind)] = &[
    (".tfvars", InputKind::TerraformVariables),
    (".tfvars.json", InputKind::TerraformVariables),
    (".tf.json", InputKind::TerraformJson),
    (".tofu.json", InputKind::TerraformJson),
    (".tf", InputKind::Terraform),
    (".tofu", InputKind::Terraform),
];

/// How files with tests of rules are named; the templates in them are not the project's.
pub const TEST_ENDING: &str = ".test.yaml";

/// Endings under which templates and plans are kept.
const DOCUMENTS: &[&str] = &[".yaml", ".yml", ".json", ".template", ".cfn"];

/// True when a file of this name may be an input at all: the walk reads no other.
pub(super) fn is_candidate(path: &str) -> bool {
    by_name(path).is_some() || DOCUMENTS.iter().any(|ending| path.ends_with(ending))
}

/// What a file is; `None` for a file that is none of ours.
pub fn kind_of(path: &str, bytes: &[u8]) -> Option<InputKind> {
    if let Some(kind) = by_name(path) {
        return Some(kind);
    }
    let has = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
    if file_name(path) == "manifest.json" && has("\"artifacts\"") {
        Some(InputKind::CdkManifest)
    } else if is_plan(&has) {
        Some(InputKind::TerraformPlan)
    } else if is_template(&has) && !is_cdk_byproduct(path) && !path.ends_with(TEST_ENDING) {
        Some(InputKind::Template)
    } else {
        None
    }
}

/// True when the head of a file that is too large to read looks like one of ours.
pub(super) fn looks_like_input(path: &str, head: &[u8]) -> bool {
    let has = |word: &str| memmem::find(head, word.as_bytes()).is_some();
    by_name(path).is_some() || has("AWS::") || has("\"terraform_version\"")
}

fn by_name(path: &str) -> Option<InputKind> {
    TERRAFORM.iter().find(|(ending, _)| path.ends_with(ending)).map(|(_, kind)| *kind)
}

fn is_plan(has: &dyn Fn(&str) -> bool) -> bool {
    has("\"terraform_version\"") && (has("\"resource_changes\"") || has("\"planned_values\""))
}

/// A template of custom resources and macros alone names no `AWS::` type, but it has a transform.
fn is_template(has: &dyn Fn(&str) -> bool) -> bool {
    const SIGNS: &[&str] = &["AWS::", "Fn::Transform", "\nTransform:", "\"Transform\""];
    has("Resources") && SIGNS.iter().any(|sign| has(sign))
}

/// The CDK writes `tree.json`, `*.assets.json` and `*.metadata.json` beside its templates; they repeat what is in them.
fn is_cdk_byproduct(path: &str) -> bool {
    path.split('/').any(|part| part == "cdk.out") && !path.contains(".template.")
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_name_and_content() {
        let template = "Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n";
        let plan = r#"{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{}}"#;
        let table = [
            ("a/main.tf", "", Some(InputKind::Terraform)),
            ("main.tofu", "", Some(InputKind::Terraform)),
            ("main.tf.json", "{}", Some(InputKind::TerraformJson)),
            ("prod.auto.tfvars", "", Some(InputKind::TerraformVariables)),
            ("prod.tfvars.json", "{}", Some(InputKind::TerraformVariables)),
            ("template.yaml", template, Some(InputKind::Template)),
            ("stack.template", template, Some(InputKind::Template)),
            ("sam.yml", "Transform: AWS::Serverless-2016-10-31\nResources: {}\n", Some(InputKind::Template)),
            ("macro.yml", "# m\nTransform: Mine\nResources: {}\n", Some(InputKind::Template)),
            ("rule.test.yaml", template, None),
            ("values.yaml", "replicas: 2\n", None),
            ("notes.yaml", "Resources: how to Transform them\n", None),
            ("plan.json", plan, Some(InputKind::TerraformPlan)),
            ("state.json", r#"{"terraform_version":"1.9.0","serial":1}"#, None),
            ("cdk.out/manifest.json", r#"{"version":"36","artifacts":{}}"#, Some(InputKind::CdkManifest)),
            ("public/manifest.json", r#"{"name":"app"}"#, None),
            ("cdk.out/tree.json", r#"{"Resources":"AWS::Cognito::UserPool"}"#, None),
            ("cdk.out/A.template.json", r#"{"Resources":{"P":{"Type":"AWS::X::Y"}}}"#, Some(InputKind::Template)),
        ];
        for (path, text, expected) in table {
            assert_eq!(kind_of(path, text.as_bytes()), expected, "{path}");
            assert!(is_candidate(path), "{path}");
        }
        assert!(!is_candidate("notes.txt"));
    }
}
