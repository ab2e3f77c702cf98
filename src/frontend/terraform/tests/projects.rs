//! One rule of Terraform after the other, on projects as small as they can be.

use super::*;
use crate::value::{Guard, VariableClass, Why};

fn pool(text: &str) -> Model {
    single(text)
}

fn name_of(model: &Model) -> String {
    property(model, "aws_cognito_user_pool.p", "name")
}

/// The reason why a property is not known.
fn why(model: &Model, address: &str, path: &str) -> Why {
    at(&resource(model, address).properties, path).as_unknown().expect("an unknown").why.clone()
}

// ---- discovery

#[test]
fn a_folder_that_another_one_calls_is_no_root() {
    let model = project(&[
        ("main.tf", "module \"m\" {\n  source = \"./modules/pool\"\n}"),
        ("modules/pool/main.tf", "resource \"aws_cognito_user_pool\" \"p\" {\n  name = \"n\"\n}"),
        ("other/main.tf", ""),
    ]);
    let names: Vec<&str> = model.scopes.iter().map(|scope| &*scope.name).collect();
    assert_eq!(names, [".", "other"]);
    assert_eq!(addresses(&model), ["module.m.aws_cognito_user_pool.p"]);
    assert_eq!(model.files_read, 3);
}

#[test]
fn a_called_folder_with_a_backend_or_provider_is_a_root_too() {
    let model = project(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n}"),
        ("m/main.tf", "provider \"aws\" {}\nresource \"aws_iam_role\" \"r\" {}"),
    ]);
    assert_eq!(addresses(&model), ["module.m.aws_iam_role.r", "aws_iam_role.r"]);
}

#[test]
fn modules_that_only_call_each_other_are_still_read() {
    let model = project(&[
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\nresource \"aws_iam_role\" \"r\" {}"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}"),
    ]);
    assert_eq!(addresses(&model), ["aws_iam_role.r"]);
    assert_eq!(model.diagnostics.len(), 1);
    assert!(model.diagnostics[0].message.contains("calls itself"), "{:?}", model.diagnostics);
}

#[test]
fn ignored_names_hidden_twins_and_overrides() {
    let model = project(&[
        (".hidden.tf", "resource \"aws_iam_role\" \"a\" {}"),
        ("x.tf~", "resource \"aws_iam_role\" \"b\" {}"),
        ("test.tftest.hcl", "resource \"aws_iam_role\" \"c\" {}"),
        ("x.tf", "resource \"aws_iam_role\" \"d\" {}"),
        ("x.tofu", "resource \"aws_iam_role\" \"e\" {}"),
        ("pool.tf", "resource \"aws_cognito_user_pool\" \"p\" {\n  name = local.n\n}\nlocals {\n  n = \"base\"\n}"),
        ("z_override.tf", "locals {\n  n = \"z\"\n}"),
        ("b_override.tf", "locals {\n  n = \"b\"\n}"),
    ]);
    assert_eq!(addresses(&model), ["aws_cognito_user_pool.p", "aws_iam_role.e"]);
    assert_eq!(name_of(&model), "\"z\"");
}

#[test]
fn a_library_is_called_by_nobody_and_wants_values() {
    let library = |files: &[(&str, &str)]| project(files).scopes[0].library;
    assert!(library(&[("main.tf", "variable \"x\" {}")]));
    assert!(!library(&[("main.tf", "variable \"x\" {\n  default = 1\n}")]));
    assert!(!library(&[("main.tf", "variable \"x\" {}\nprovider \"aws\" {}")]));
    assert!(!library(&[("main.tf", "variable \"x\" {}\nterraform {\n  backend \"s3\" {}\n}")]));
    assert!(!library(&[("main.tf", "variable \"x\" {}"), ("terraform.tfvars", "x = 1")]));
}

#[test]
fn a_file_that_does_not_parse_opens_the_scope_and_keeps_the_rest() {
    let model = pool(
        "resource \"aws_cognito_user_pool\" \"p\" {\n  name = \"n\"\n}\n\
         resource \"aws_iam_role\" \"broken\" {\n  name = = \n}\n\
         resource \"aws_iam_role\" \"good\" {\n  name = \"g\"\n}\n",
    );
    assert_eq!(name_of(&model), "\"n\"");
    assert_eq!(property(&model, "aws_iam_role.good", "name"), "\"g\"");
    assert!(!model.diagnostics.is_empty() && model.diagnostics.iter().all(|diagnostic| diagnostic.fatal));
    assert_eq!(model.scopes[0].openings.len(), 1);
    assert!(model.scopes[0].openings[0].given.is_none());
}

// ---- variables

#[test]
fn the_default_of_a_root_variable_is_one_of_its_values() {
    let model =
        pool("variable \"n\" {\n  default = \"dev\"\n}\nresource \"aws_cognito_user_pool\" \"p\" {\n  name = var.n\n}");
    assert_eq!(name_of(&model), "\"dev\" | ?var.n");
    let value = resource(&model, "aws_cognito_user_pool.p").properties.get("name");
    let Data::Choice(choice) = &value.data else { panic!() };
    let Guard::Is(variable, 0) = &choice.arms[0].0 else { panic!() };
    assert_eq!(variable.classes, [VariableClass::literal("dev"), VariableClass::other()]);
    assert_eq!((&*variable.label, variable.default), ("var.n", Some(0)));
    let other = choice.arms[1].1.as_unknown().unwrap();
    assert_eq!(other.why, Why::Overridable("n".into()));
    assert!(other.refine.excludes("dev"));
}

#[test]
fn kinds_of_defaults() {
    let case = |declaration: &str| {
        name_of(&pool(&format!(
            "variable \"n\" {{\n{declaration}\n}}\nresource \"aws_cognito_user_pool\" \"p\" {{\n  name = var.n\n}}"
        )))
    };
    assert_eq!(case("default = true"), "true | false");
    assert_eq!(case("default = false"), "false | true");
    assert_eq!(case("default = null"), "_ | ?var.n");
    assert_eq!(case("type = string\ndefault = 12"), "\"12\" | ?var.n");
    assert_eq!(case("default = [\"a\"]"), "[\"a\"] | ?var.n");
    assert_eq!(case("type = bool"), "?var.n");
    assert_eq!(case(""), "?var.n");
}

#[test]
fn a_validation_that_lists_values_gives_the_alternatives() {
    let case = |condition: &str, default: &str| {
        name_of(&pool(&format!(
            "variable \"n\" {{\n  type = string\n  {default}\n  validation {{\n    condition = {condition}\n    \
             error_message = \"x\"\n  }}\n}}\nresource \"aws_cognito_user_pool\" \"p\" {{\n  name = var.n\n}}"
        )))
    };
    assert_eq!(case("contains([\"ON\", \"OFF\"], var.n)", ""), "\"ON\" | \"OFF\"");
    assert_eq!(case("contains([\"ON\", \"OFF\"], var.n)", "default = \"OFF\""), "\"ON\" | \"OFF\"");
    assert_eq!(case("var.n == \"a\" || (\"b\" == var.n)", ""), "\"a\" | \"b\"");
    assert_eq!(case("var.n == null || contains([\"a\"], var.n)", ""), "_ | \"a\"");
    assert_eq!(case("length(var.n) > 3", ""), "?var.n");
    assert_eq!(case("contains([\"a\"], var.n) || length(var.n) > 3", ""), "?var.n");
}

#[test]
fn variable_files_in_their_order() {
    let pool = "variable \"n\" {\n  default = \"d\"\n}\nresource \"aws_cognito_user_pool\" \"p\" {\n  name = var.n\n}";
    let case = |files: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> = files.iter().copied().chain([("main.tf", pool)]).collect();
        name_of(&project(&all))
    };
    assert_eq!(case(&[("terraform.tfvars", "n = \"a\"")]), "\"a\"");
    assert_eq!(case(&[("terraform.tfvars", "n = \"a\""), ("terraform.tfvars.json", "{\"n\": \"j\"}")]), "\"j\"");
    let auto =
        [("a.auto.tfvars.json", "{\"n\": \"a\"}"), ("b.auto.tfvars", "n = \"b\""), ("terraform.tfvars", "n = \"t\"")];
    assert_eq!(case(&auto), "\"b\"");
    assert_eq!(case(&[("prod.tfvars", "n = \"p\"")]), "\"d\" | ?var.n", "only given on the command line");
}

#[test]
fn what_a_call_passes_is_a_fact_and_so_is_what_it_leaves_to_the_default() {
    let model = project(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n  a = \"given\"\n  c = null\n  d = null\n}"),
        (
            "m/main.tf",
            "variable \"a\" {}\nvariable \"b\" {\n  default = \"b\"\n}\nvariable \"c\" {\n  default = \"c\"\n}\n\
             variable \"d\" {\n  default = \"d\"\n  nullable = false\n}\nvariable \"e\" {}\n\
             resource \"aws_cognito_user_pool\" \"p\" {\n  a = var.a\n  b = var.b\n  c = var.c\n  d = var.d\n  e = var.e\n}",
        ),
    ]);
    let properties = &resource(&model, "module.m.aws_cognito_user_pool.p").properties;
    assert_eq!(show(properties), "{a: \"given\", b: \"b\", c: _, d: \"d\", e: ?module.m.var.e}");
    let steps: Vec<String> = properties.get("a").steps().map(|via| via.step.to_string()).collect();
    assert_eq!(steps, ["variable a", "module call m"]);
}

#[test]
fn sensitive_variables_and_outputs_taint() {
    let model = project(&[
        (
            "main.tf",
            "variable \"s\" {\n  sensitive = true\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n\
                     resource \"aws_cognito_user_pool\" \"p\" {\n  name = var.s\n  x = module.m.o\n}",
        ),
        ("m/main.tf", "output \"o\" {\n  value = \"v\"\n  sensitive = true\n}"),
    ]);
    let properties = &resource(&model, "aws_cognito_user_pool.p").properties;
    assert!(properties.get("name").sensitive && properties.get("x").sensitive);
}

// ---- count and for_each

#[test]
fn counted_and_keyed_copies() {
    let model = pool(
        "resource \"aws_iam_role\" \"c\" {\n  count = 2\n  name = \"r${count.index}\"\n}\n\
         resource \"aws_iam_role\" \"none\" {\n  count = 0\n}\n\
         resource \"aws_iam_role\" \"e\" {\n  for_each = { x = \"1\", y = \"2\" }\n  name = \"${each.key}${each.value}\"\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  a = aws_iam_role.c[1].name\n  b = aws_iam_role.c[*].arn\n  \
         c = aws_iam_role.e[\"y\"].name\n  d = aws_iam_role.none[*].arn\n  e = aws_iam_role.c.0.id\n}",
    );
    let expected = [
        "aws_iam_role.c[0]",
        "aws_iam_role.c[1]",
        "aws_iam_role.e[\"x\"]",
        "aws_iam_role.e[\"y\"]",
        "aws_cognito_user_pool.p",
    ];
    assert_eq!(addresses(&model), expected);
    assert_eq!(property(&model, "aws_iam_role.c[1]", "name"), "\"r1\"");
    assert_eq!(property(&model, "aws_iam_role.e[\"x\"]", "name"), "\"x1\"");
    assert_eq!(
        show(&resource(&model, "aws_cognito_user_pool.p").properties),
        "{a: \"r1\", b: [?aws_iam_role.c[0].arn, ?aws_iam_role.c[1].arn], c: \"y2\", d: [], e: ?aws_iam_role.c[0].id}"
    );
}

#[test]
fn copies_under_a_condition() {
    let model = pool(
        "variable \"on\" {\n  default = true\n}\n\
         resource \"aws_iam_role\" \"r\" {\n  count = var.on ? 1 : 0\n}\n\
         resource \"aws_iam_role\" \"off\" {\n  count = var.on ? 0 : 1\n}\n\
         resource \"aws_iam_role\" \"both\" {\n  count = var.on ? 1 : 2\n}\n\
         resource \"aws_iam_role\" \"e\" {\n  for_each = var.on ? { a = 1 } : {}\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  name = var.on ? aws_iam_role.r[0].arn : \"\"\n}",
    );
    let existing: Vec<(&str, bool)> =
        model.resources.iter().map(|resource| (&*resource.id.address, exists_by_default(resource))).collect();
    let expected = [
        ("aws_iam_role.r[0]", true),
        ("aws_iam_role.off[0]", false),
        ("aws_iam_role.both[0]", true),
        ("aws_iam_role.both[1]", false),
        ("aws_iam_role.e[\"a\"]", true),
        ("aws_cognito_user_pool.p", true),
    ];
    assert_eq!(existing, expected);
    assert!(resource(&model, "aws_iam_role.both[0]").presence.is_always());
    assert_eq!(name_of(&model), "?aws_iam_role.r[0].arn | \"\"");
}

#[test]
fn an_unknown_number_of_copies_is_one_schematic_copy() {
    let model = pool(
        "variable \"n\" {}\nvariable \"m\" {}\n\
         resource \"aws_iam_role\" \"c\" {\n  count = var.n\n  name = \"fixed\"\n  path = \"/${count.index}/\"\n}\n\
         resource \"aws_iam_role\" \"e\" {\n  for_each = var.m\n  name = each.key\n  path = each.value.path\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  a = aws_iam_role.c[0].name\n  b = aws_iam_role.c[0].arn\n  \
         c = aws_iam_role.e[\"k\"].arn\n}\n\
         resource \"aws_cognito_user_pool\" \"q\" {\n  for_each = var.m\n  name = aws_iam_role.e[each.key].name\n}",
    );
    assert_eq!(addresses(&model)[..2], ["aws_iam_role.c[*]", "aws_iam_role.e[*]"]);
    assert!(resource(&model, "aws_iam_role.c[*]").schematic);
    assert_eq!(property(&model, "aws_iam_role.c[*]", "path"), "\"/${count.index(var.n)}/\"");
    assert_eq!(property(&model, "aws_iam_role.e[*]", "path"), "?.path(each.value(var.m))");
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "a"), "\"fixed\"");
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "b"), "?aws_iam_role.c[*].arn");
    assert_ne!(property(&model, "aws_cognito_user_pool.p", "c"), "?aws_iam_role.e[*].arn", "one of many");
    assert_eq!(property(&model, "aws_cognito_user_pool.q[*]", "name"), "?each.key(var.m)");
}

#[test]
fn for_each_over_the_copies_of_another_resource() {
    let model = pool(
        "resource \"aws_cognito_user_pool\" \"p\" {\n  for_each = { a = 1, b = 2 }\n  name = each.key\n}\n\
         resource \"aws_cognito_user_pool_client\" \"c\" {\n  for_each = aws_cognito_user_pool.p\n  \
         name = each.value.name\n  user_pool_id = each.value.id\n  x = each.value.endpoint\n}",
    );
    let client = &resource(&model, "aws_cognito_user_pool_client.c[\"b\"]").properties;
    assert_eq!(
        show(client),
        "{name: \"b\", user_pool_id: ?aws_cognito_user_pool.p[\"b\"].id, x: ?aws_cognito_user_pool.p[\"b\"].endpoint}"
    );
}

// ---- blocks

#[test]
fn nested_and_dynamic_blocks_are_lists_of_maps() {
    let model = pool(
        "variable \"on\" {\n  default = false\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  sms_configuration {\n    external_id = \"e\"\n  }\n  \
         schema {\n    name = \"a\"\n  }\n  \
         dynamic \"schema\" {\n    for_each = [\"b\", \"c\"]\n    iterator = it\n    \
         content {\n      name = \"${it.key}${it.value}\"\n      string_attribute_constraints {\n        max_length = 5\n      }\n    }\n  }\n  \
         dynamic \"email_configuration\" {\n    for_each = var.on ? [1] : []\n    content {\n      x = null\n    }\n  }\n  \
         lifecycle {\n    ignore_changes = [schema, password_policy[0].minimum_length]\n  }\n}",
    );
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "sms_configuration"), "[{external_id: \"e\"}]");
    assert_eq!(
        property(&model, "aws_cognito_user_pool.p", "schema"),
        "[{name: \"a\"}, {name: \"0b\", string_attribute_constraints: [{max_length: 5}]}, \
         {name: \"1c\", string_attribute_constraints: [{max_length: 5}]}]"
    );
    assert_eq!(
        property(&model, "aws_cognito_user_pool.p", "email_configuration"),
        "[_ | {x: _}]".replace("_ | {x: _}", "{x: _} | _")
    );
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "lifecycle"), "_");
    let attributes = &resource(&model, "aws_cognito_user_pool.p").attributes;
    assert_eq!(show(&attributes.get("ignore_changes")), "[\"schema\", \"password_policy\"]");
}

#[test]
fn provisioners_stay_visible() {
    let model = pool(
        "resource \"aws_cognito_user_pool\" \"p\" {}\nresource \"null_resource\" \"mfa\" {\n  triggers = { a = 1 }\n  \
         provisioner \"local-exec\" {\n    \
         command = \"aws cognito-idp set-user-pool-mfa-config --user-pool-id ${aws_cognito_user_pool.p.id}\"\n  }\n  \
         depends_on = [aws_cognito_user_pool.p, module.x[0]]\n}",
    );
    let resource = resource(&model, "null_resource.mfa");
    assert_eq!(
        show(&resource.attributes),
        "{provisioner: [{command: \"aws cognito-idp set-user-pool-mfa-config --user-pool-id ${aws_cognito_user_pool.p.id}\"}]}"
    );
    assert_eq!(resource.depends_on, ["aws_cognito_user_pool.p".into(), "module.x".into()]);
}

#[test]
fn other_types_are_listed_and_read_where_they_are_used() {
    let model = pool(
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"name\"\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  name = aws_s3_bucket.b.bucket\n}",
    );
    assert_eq!(show(&resource(&model, "aws_s3_bucket.b").properties), "{..aws_s3_bucket.b.}");
    assert_eq!(name_of(&model), "\"name\"");
}

// ---- references

#[test]
fn what_names_mean() {
    let model = project(&[
        (
            "env/main.tf",
            "locals {\n  a = \"x\"\n  b = local.a\n}\nmodule \"m\" {\n  source = \"../m\"\n}\n\
             data \"aws_ssm_parameter\" \"s\" {}\n\
             resource \"aws_iam_role\" \"r\" {}\n\
             resource \"aws_cognito_user_pool\" \"p\" {\n  a = local.b\n  b = path.module\n  c = path.root\n  \
             d = terraform.workspace\n  e = module.m.path\n  f = data.aws_ssm_parameter.s.value\n  g = nothing.here.x\n  \
             h = local.missing\n  i = module.m.missing\n  j = aws_iam_role.r.unique_id\n}",
        ),
        ("m/main.tf", "output \"path\" {\n  value = path.module\n}"),
    ]);
    let p = "aws_cognito_user_pool.p";
    let expected = [
        ("a", "\"x\""),
        ("b", "\".\""),
        ("c", "\".\""),
        ("d", "?terraform.workspace"),
        ("e", "\"../m\""),
        ("f", "?data.aws_ssm_parameter.s.value"),
        ("j", "?aws_iam_role.r.unique_id"),
    ];
    for (name, value) in expected {
        assert_eq!(property(&model, p, name), value, "{name}");
    }
    assert_eq!(why(&model, p, "d"), Why::Workspace);
    assert!(matches!(why(&model, p, "f"), Why::DataSource(_)));
    for name in ["g", "h", "i"] {
        assert!(matches!(why(&model, p, name), Why::Undeclared(_)), "{name}");
    }
    assert_eq!(&*resource(&model, "data.aws_ssm_parameter.s").type_name, "data.aws_ssm_parameter");
}

#[test]
fn what_the_input_does_not_declare_is_still_one_value() {
    let model = project(&[
        (
            "main.tf",
            "module \"m\" {\n  source = \"./m\"\n  passed = \"x\"\n}\n\
             resource \"aws_cognito_user_pool\" \"p\" {\n  a = var.gone\n  b = local.gone\n  c = aws_iam_role.gone.arn\n  \
             d = aws_iam_role.gone[0].arn\n}",
        ),
        ("m/main.tf", "resource \"aws_iam_role\" \"r\" {\n  a = var.passed\n  b = var.gone\n}"),
    ]);
    assert_eq!(
        show(&resource(&model, "aws_cognito_user_pool.p").properties),
        "{a: ?var.gone, b: ?local.gone, c: ?aws_iam_role.gone.arn, d: ?.arn([](aws_iam_role.gone., 0))}"
    );
    assert_eq!(show(&resource(&model, "module.m.aws_iam_role.r").properties), "{a: \"x\", b: ?module.m.var.gone}");
}

#[test]
fn under_the_condition_of_a_copy_its_references_are_certain() {
    let model = project(&[
        (
            "main.tf",
            "variable \"on\" {\n  default = false\n}\nmodule \"m\" {\n  source = \"./m\"\n  on = var.on\n}\n\
             module \"n\" {\n  source = \"./n\"\n  count = var.on ? 1 : 0\n  role = module.m.role\n}",
        ),
        (
            "m/main.tf",
            "variable \"on\" {}\nresource \"aws_iam_role\" \"r\" {\n  count = var.on ? 1 : 0\n  name = \"n\"\n}\n\
             resource \"aws_iam_role_policy\" \"p\" {\n  count = var.on ? 1 : 0\n  role = aws_iam_role.r[0].name\n}\n\
             resource \"aws_cognito_user_pool\" \"p\" {\n  dynamic \"sms_configuration\" {\n    \
             for_each = var.on ? [1] : []\n    content {\n      sns_caller_arn = aws_iam_role.r[0].arn\n    }\n  }\n}\n\
             output \"role\" {\n  value = var.on ? aws_iam_role.r[0].id : null\n}",
        ),
        ("n/main.tf", "variable \"role\" {}\nresource \"aws_iam_role_policy\" \"p\" {\n  role = var.role\n}"),
    ]);
    assert_eq!(property(&model, "module.m.aws_iam_role_policy.p[0]", "role"), "\"n\"");
    assert_eq!(
        property(&model, "module.m.aws_cognito_user_pool.p", "sms_configuration"),
        "[{sns_caller_arn: ?module.m.aws_iam_role.r[0].arn} | _]"
    );
    assert_eq!(property(&model, "module.n[0].aws_iam_role_policy.p", "role"), "?module.m.aws_iam_role.r[0].id");
}

#[test]
fn an_arn_is_never_empty() {
    let model = pool(
        "resource \"aws_iam_role\" \"r\" {}\nresource \"aws_cognito_user_pool\" \"p\" {\n  \
         a = aws_iam_role.r.arn == \"\"\n  b = aws_iam_role.r.arn == null ? 1 : 2\n  c = aws_iam_role.r.description == \"\"\n}",
    );
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "a"), "false");
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "b"), "2");
    assert!(property(&model, "aws_cognito_user_pool.p", "c").starts_with('?'));
}

#[test]
fn where_a_module_deploys_to() {
    let text = "provider \"aws\" {\n  region = \"eu-west-1\"\n  allowed_account_ids = [\"111111111111\"]\n}\n\
                provider \"aws\" {\n  alias = \"us\"\n  region = \"us-gov-west-1\"\n}\n\
                data \"aws_region\" \"here\" {}\ndata \"aws_region\" \"us\" {\n  provider = aws.us\n}\n\
                data \"aws_partition\" \"us\" {\n  provider = aws.us\n}\ndata \"aws_caller_identity\" \"me\" {}\n\
                module \"m\" {\n  source = \"./m\"\n  providers = {\n    aws = aws.us\n  }\n}\n\
                resource \"aws_cognito_user_pool\" \"p\" {\n  a = data.aws_region.here.name\n  b = data.aws_region.us.id\n  \
                c = data.aws_partition.us.partition\n  d = data.aws_caller_identity.me.account_id\n  e = module.m.region\n}";
    let model = project(&[
        ("main.tf", text),
        ("m/main.tf", "data \"aws_region\" \"r\" {}\noutput \"region\" {\n  value = data.aws_region.r.name\n}"),
    ]);
    assert_eq!(
        show(&resource(&model, "aws_cognito_user_pool.p").properties),
        "{a: \"eu-west-1\", b: \"us-gov-west-1\", c: \"aws-us-gov\", d: \"111111111111\", e: \"us-gov-west-1\"}"
    );
    assert_eq!(
        (show(&model.scopes[0].region), show(&model.scopes[0].account)),
        ("\"eu-west-1\"".into(), "\"111111111111\"".into())
    );

    let model = pool(
        "data \"aws_region\" \"r\" {}\ndata \"aws_caller_identity\" \"me\" {}\ndata \"aws_partition\" \"p\" {}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  \
         name = \"arn:${data.aws_partition.p.partition}:x:${data.aws_region.r.name}:${data.aws_caller_identity.me.account_id}\"\n}",
    );
    assert_eq!(name_of(&model), "\"arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}\"");
}

// ---- module calls

#[test]
fn a_module_that_is_not_there_opens_the_scope_for_what_it_was_given() {
    let model = project(&[(
        "main.tf",
        "resource \"aws_iam_role\" \"r\" {}\nresource \"aws_iam_role\" \"s\" {}\n\
         module \"x\" {\n  source = \"terraform-aws-modules/iam/aws\"\n  role = aws_iam_role.r.name\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  name = module.x.out\n}",
    )]);
    assert_eq!(name_of(&model), "?module.x.out");
    assert_eq!(
        why(&model, "aws_cognito_user_pool.p", "name"),
        Why::ModuleAbsent("terraform-aws-modules/iam/aws".into())
    );
    let opening = &model.scopes[0].openings[0];
    assert!(opening.may_touch(&resource(&model, "aws_iam_role.r").id));
    assert!(!opening.may_touch(&resource(&model, "aws_iam_role.s").id));
}

#[test]
fn installed_modules_are_found() {
    let model = project(&[
        ("main.tf", "module \"x\" {\n  source = \"terraform-aws-modules/iam/aws\"\n}"),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules": [{"Key": "", "Source": "", "Dir": "."}, {"Key": "x", "Source": "s", "Dir": ".terraform/modules/x"}]}"#,
        ),
        (".terraform/modules/x/main.tf", "resource \"aws_iam_role\" \"r\" {}"),
    ]);
    assert_eq!(addresses(&model), ["module.x.aws_iam_role.r"]);
    assert_eq!(model.scopes.len(), 1);
}

#[test]
fn repeated_module_calls() {
    let model = project(&[
        (
            "main.tf",
            "variable \"on\" {\n  default = true\n}\n\
             module \"c\" {\n  source = \"./m\"\n  count = 2\n  n = \"c${count.index}\"\n}\n\
             module \"e\" {\n  source = \"./m\"\n  for_each = { k = \"v\" }\n  n = each.value\n}\n\
             module \"o\" {\n  source = \"./m\"\n  count = var.on ? 1 : 0\n  n = \"o\"\n}\n\
             resource \"aws_cognito_user_pool\" \"p\" {\n  a = module.c[1].n\n  b = module.c[*].n\n  c = module.e[\"k\"].n\n  \
             d = var.on ? module.o[0].n : \"none\"\n}",
        ),
        (
            "m/main.tf",
            "variable \"n\" {}\nresource \"aws_iam_role\" \"r\" {\n  name = var.n\n}\noutput \"n\" {\n  value = aws_iam_role.r.name\n}",
        ),
    ]);
    let expected = [
        "aws_cognito_user_pool.p",
        "module.c[0].aws_iam_role.r",
        "module.c[1].aws_iam_role.r",
        "module.e[\"k\"].aws_iam_role.r",
        "module.o[0].aws_iam_role.r",
    ];
    assert_eq!(addresses(&model), expected);
    assert_eq!(
        show(&resource(&model, "aws_cognito_user_pool.p").properties),
        "{a: \"c1\", b: [\"c0\", \"c1\"], c: \"v\", d: \"o\" | \"none\"}"
    );
    assert!(!resource(&model, "module.o[0].aws_iam_role.r").presence.is_always());
}

#[test]
fn nothing_outside_the_project_is_read() {
    let model = project(&[(
        "a/main.tf",
        "module \"m\" {\n  source = \"../../outside\"\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  name = file(\"../../etc/passwd\")\n}",
    )]);
    assert_eq!(model.scopes[0].openings.len(), 1);
    assert!(name_of(&model).starts_with('?'));
}

// ---- hostile projects

#[test]
fn what_depends_on_itself_is_unknown() {
    let model = pool(
        "locals {\n  a = local.b\n  b = local.a\n}\n\
         resource \"aws_iam_role\" \"r\" {\n  x = aws_cognito_user_pool.p.id\n}\n\
         resource \"aws_iam_role\" \"s\" {\n  count = length(aws_iam_role.s)\n}\n\
         resource \"aws_cognito_user_pool\" \"p\" {\n  name = local.a\n  role = aws_iam_role.r.arn\n}",
    );
    assert!(matches!(why(&model, "aws_cognito_user_pool.p", "name"), Why::Cycle(_)));
    // Terraform refuses the cycle between pool and role; both are still what they are.
    assert_eq!(property(&model, "aws_cognito_user_pool.p", "role"), "?aws_iam_role.r.arn");
    assert_eq!(property(&model, "aws_iam_role.r", "x"), "?aws_cognito_user_pool.p.id");
}

#[test]
fn a_module_that_calls_itself_ends() {
    let model = project(&[("main.tf", "module \"m\" {\n  source = \"./\"\n}\nresource \"aws_iam_role\" \"r\" {}")]);
    assert_eq!(addresses(&model), ["aws_iam_role.r"]);
    assert_eq!(model.diagnostics.len(), 1);
}

#[test]
fn modules_that_double_at_every_level_end() {
    let mut files: Vec<(String, String)> = Vec::new();
    for level in 0..31 {
        let calls = format!(
            "module \"a\" {{\n  source = \"../m{0}\"\n}}\nmodule \"b\" {{\n  source = \"../m{0}\"\n}}",
            level + 1
        );
        files.push((format!("m{level}/main.tf"), calls));
    }
    files.push(("m31/main.tf".into(), "resource \"aws_iam_role\" \"r\" {}".into()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let model = project(&files);
    assert!(model.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("there are more than 5000")));
}

#[test]
fn expensive_expressions_share_one_budget() {
    let walk = "[for a in range(100) : [for b in range(100) : b]]";
    let model = single(&format!("resource \"aws_iam_role\" \"r\" {{\n  count = 50\n  name = length({walk})\n}}"));
    assert_eq!(model.resources.len(), 50);
    assert!(model.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("too long to evaluate")));
}

#[test]
fn a_long_chain_of_resources_ends() {
    let mut text = String::new();
    for at in 0..500 {
        text.push_str(&format!(
            "resource \"aws_iam_role\" \"r{at}\" {{\n  for_each = {{ k = 1 }}\n  dynamic \"inline_policy\" {{\n    \
             for_each = [1]\n    content {{\n      name = aws_iam_role.r{}[\"k\"].arn\n    }}\n  }}\n  \
             name = aws_iam_role.r{}[\"k\"].inline_policy[0].name\n}}\n",
            at + 1,
            at + 1
        ));
    }
    let model = single(&text);
    assert_eq!(model.resources.len(), 500);
}

#[test]
fn long_chains_and_huge_counts_end() {
    let mut text = String::from("locals {\n  x0 = \"end\"\n");
    for at in 1..2000 {
        let nested = "true ? [".repeat(30) + &format!("local.x{}", at - 1) + &"][0] : null".repeat(30);
        text.push_str(&format!("  x{at} = {nested}\n"));
    }
    text.push_str("}\nresource \"aws_cognito_user_pool\" \"p\" {\n  name = local.x1999\n  short = local.x10\n}\n");
    text.push_str("resource \"aws_iam_role\" \"r\" {\n  count = 1000000000\n}\n");
    let model = pool(&text);
    assert!(matches!(why(&model, "aws_cognito_user_pool.p", "name"), Why::Budget(_)));
    assert!(resource(&model, "aws_iam_role.r[*]").schematic);
}
