//! Only what somebody reads, and what that refers to, is worked out.

use super::*;
use crate::frontend::Wanted;

/// Reads a project of which only pools are looked at.
fn project(files: &[(&str, &str)]) -> Model {
    let files = files.iter().fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
    let wanted = Wanted { types: ["aws_cognito_user_pool".to_owned()].into(), ..Wanted::default() };
    model_of(&files, &Given { wanted: Some(wanted.into()), ..Given::default() })
}

const POOL: &str = "resource \"aws_cognito_user_pool\" \"p\" {\n  name = ";

#[test]
fn copies_are_not_counted_where_nobody_reads_the_type() {
    let text = format!(
        "{POOL}aws_s3_bucket.b[\"x\"].bucket\n}}\nresource \"aws_s3_bucket\" \"b\" {{\n  for_each = toset([\"x\", \"y\"])\n  \
         bucket = \"b-${{each.key}}\"\n}}\nresource \"aws_s3_bucket\" \"only\" {{}}"
    );
    let model = project(&[("main.tf", &text)]);
    assert_eq!(addresses(&model), ["aws_cognito_user_pool.p", "aws_s3_bucket.b[*]", "aws_s3_bucket.only"]);
    assert!(resource(&model, "aws_s3_bucket.b[*]").schematic);
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "name"), "\"b-x\"");
}

/// A user's own rule looks at buckets.
#[test]
fn copies_are_counted_where_somebody_looks_at_the_type() {
    let text = "resource \"aws_s3_bucket\" \"b\" {\n  count = 2\n}";
    let files = MemoryFiles::default().with("main.tf", text);
    let wanted = Wanted { types: ["aws_s3_bucket".to_owned()].into(), ..Wanted::default() };
    let model = model_of(&files, &Given { wanted: Some(wanted.into()), ..Given::default() });
    assert_eq!(addresses(&model), ["aws_s3_bucket.b[0]", "aws_s3_bucket.b[1]"]);
    assert_eq!(addresses(&single(text)), ["aws_s3_bucket.b[0]", "aws_s3_bucket.b[1]"]);
}

#[test]
fn a_module_with_nothing_to_read_is_entered_for_its_outputs_only() {
    let model = project(&[
        (
            "main.tf",
            &format!(
                "module \"names\" {{\n  source = \"./names\"\n  for_each = toset([\"a\"])\n}}\n{POOL}module.names[\"a\"].pool\n}}"
            ),
        ),
        ("names/main.tf", "resource \"aws_s3_bucket\" \"b\" {}\noutput \"pool\" {\n  value = \"n\"\n}"),
    ]);
    assert_eq!(addresses(&model), ["aws_cognito_user_pool.p"]);
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "name"), "\"n\"");
    assert_eq!(model.files_read, 2);
}

/// What is hidden further below may touch what is read here.
#[test]
fn a_module_that_calls_an_absent_one_is_entered() {
    let model = project(&[
        (
            "main.tf",
            &format!("{POOL}\"n\"\n}}\nmodule \"a\" {{\n  source = \"./a\"\n  id = aws_cognito_user_pool.p.id\n}}"),
        ),
        ("a/main.tf", "variable \"id\" {}\nmodule \"b\" {\n  source = \"./b\"\n  id = var.id\n}"),
        ("a/b/main.tf", "variable \"id\" {}\nmodule \"c\" {\n  source = \"registry/c\"\n  id = var.id\n}"),
    ]);
    let [opening] = model.scopes[0].openings.as_slice() else { panic!("{:?}", model.scopes[0].openings) };
    assert!(opening.may_touch(&resource(&model, "aws_cognito_user_pool.p").id));
}

#[test]
fn a_module_that_reads_something_further_below_is_entered() {
    let model = project(&[
        ("main.tf", "module \"a\" {\n  source = \"./a\"\n}"),
        ("a/main.tf", "module \"b\" {\n  source = \"./b\"\n  count = 2\n}"),
        ("a/b/main.tf", "resource \"aws_iam_role\" \"r\" {}"),
    ]);
    assert_eq!(addresses(&model), ["module.a.module.b[0].aws_iam_role.r", "module.a.module.b[1].aws_iam_role.r"]);
}
