//! The binary as a user runs it: exit codes, streams, colours.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use assert_cmd::Command;
use std::fs;
use tempfile::TempDir;

const TEMPLATE: &str = "Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n";

/// `coglint` in a throw-away project, with nothing in the environment that could change its output.
fn coglint(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("coglint").unwrap();
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LANG", "LC_ALL", "LC_CTYPE"] {
        command.env_remove(name);
    }
    command.current_dir(folder.path()).args(arguments);
    command
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Exit code, standard output, standard error.
fn run(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = coglint(folder, arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_folder_without_user_pools_is_clean_and_says_what_was_read() {
    let folder =
        project(&[("notes.yaml", "a: 1\n"), ("template.yaml", &TEMPLATE.replace("Cognito::UserPool", "S3::Bucket"))]);
    for arguments in [&[][..], &["."], &["check"], &["check", "template.yaml"], &["*.yaml"]] {
        let (code, out, err) = run(&folder, arguments);
        assert_eq!(
            (code, out.trim(), err.as_str()),
            (0, "1 file, 0 user pools: nothing to check", ""),
            "{arguments:?}"
        );
    }
}

/// A plan and the files beside it say the same, and it is reported at the files; who asks for the plan gets it all the same.
#[test]
fn a_plan_beside_its_files_can_be_asked_for() {
    let file = |name: &str| {
        let path = format!("{}/testdata/projects/plan-beside-its-files/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).unwrap()
    };
    let folder = project(&[("main.tf", &file("main.tf")), ("plan.json", &file("plan.json"))]);
    for path in ["plan.json", "main.tf", "."] {
        let (code, out, _) = run(&folder, &["check", path]);
        assert_eq!(code, 1, "{path}: {out}");
        assert!(out.contains("error[sms-external-id-mismatch] main.tf:22"), "{path}: {out}");
    }
}

#[test]
fn a_path_that_does_not_exist_is_an_error() {
    let folder = project(&[("template.yaml", TEMPLATE)]);
    for (path, expected) in [
        ("templte.yaml", "error: templte.yaml: no such file or folder\n"),
        ("*.tf", "error: *.tf: no file matches this pattern\n"),
    ] {
        let (code, out, err) = run(&folder, &["template.yaml", path]);
        assert_eq!((code, out.as_str(), err.as_str()), (2, "", expected));
    }
}

#[test]
fn parameters_are_given_by_files_and_by_name() {
    let template = "Parameters: {Mode: {Type: String}}
Resources: {Pool: {Type: AWS::Cognito::UserPool, Properties: {MfaConfiguration: !Ref Mode}}}
";
    let values = r#"[{"ParameterKey": "Mode", "ParameterValue": "ON"}]"#;
    let files = [("template.yaml", template), ("prod.json", values)];
    let folder = project(&files);
    for (arguments, code) in [
        (&[][..], 0),
        (&["--parameters", "prod.json"], 1),
        (&["--parameter", "Mode=ON"], 1),
        (&["--parameters", "prod.json", "--parameter", "Mode=OFF"], 0),
        (&["--parameters", "absent.json"], 2),
        (&["--parameter", "Mode"], 2),
    ] {
        let (found, out, err) = run(&folder, arguments);
        assert_eq!(found, code, "{arguments:?}\n{out}{err}");
    }
    let configured = project(&[files[0], files[1], ("coglint.toml", "parameters = [\"prod.json\"]\n")]);
    assert_eq!(run(&configured, &[]).0, 1);
}

#[test]
fn usage_errors_are_two() {
    let folder = project(&[]);
    for arguments in [&["--no-such-flag"][..], &["--format", "xml"], &["check", "--fail-on", "sometimes"], &["explain"]]
    {
        let (code, out, err) = run(&folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.starts_with("error: "), "{err}");
    }
}

#[test]
fn a_command_behind_options_is_no_path() {
    let folder = project(&[("template.yaml", TEMPLATE)]);
    let (code, _, err) = run(&folder, &["--format", "json", "check", "."]);
    assert_eq!(code, 2);
    assert_eq!(err, "error: the command comes first, its options behind it: coglint check ...\n");
    fs::create_dir(folder.path().join("check")).unwrap();
    assert_eq!(run(&folder, &["--format", "json", "check"]).0, 0, "a folder of that name is one");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let folder = project(&[]);
    let (code, out, _) = run(&folder, &["--help"]);
    assert_eq!(code, 0);
    for word in ["check", "rules", "explain", "--fail-on", "--undecided", "Exit codes: 0"] {
        assert!(out.contains(word), "{word} is not in\n{out}");
    }
    assert_eq!(run(&folder, &["--version"]).1, format!("coglint {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_named_file_that_cannot_be_read_fails_the_run_and_one_in_a_folder_does_not() {
    let folder = project(&[("good.yaml", TEMPLATE)]);
    fs::write(folder.path().join("bad.yaml"), [TEMPLATE.as_bytes(), b"# \xff\n"].concat()).unwrap();
    let (code, out, _) = run(&folder, &["bad.yaml"]);
    assert_eq!(code, 2);
    assert!(out.contains("error[input] bad.yaml") && out.contains("it is not UTF-8 text"), "{out}");
    let (code, out, _) = run(&folder, &["."]);
    assert_eq!(code, 0);
    assert!(out.contains("error[input] bad.yaml") && out.contains("it is not UTF-8 text"), "{out}");
}

#[test]
fn what_is_wrong_elsewhere_in_the_project_is_not_reported() {
    let folder = project(&[(".git/HEAD", ""), ("auth/pool.yaml", TEMPLATE)]);
    fs::write(folder.path().join("bad.yaml"), [TEMPLATE.as_bytes(), b"# \xff\n"].concat()).unwrap();
    assert!(!run(&folder, &["auth"]).1.contains("bad.yaml"));
    assert!(run(&folder, &["."]).1.contains("bad.yaml"));
}

#[test]
fn json_is_version_one() {
    let folder = project(&[("template.yaml", &TEMPLATE.replace("Cognito::UserPool", "S3::Bucket"))]);
    let (code, out, _) = run(&folder, &["--format", "json"]);
    assert_eq!(code, 0);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["summary"]["files"], 1);
    for list in ["findings", "undecided", "errors"] {
        assert!(json[list].is_array(), "{list}");
    }
}

#[test]
fn colours_are_used_only_when_wanted() {
    let folder = project(&[]);
    fs::write(folder.path().join("bad.yaml"), [TEMPLATE.as_bytes(), b"# \xff\n"].concat()).unwrap();
    let coloured = |arguments: &[&str], variable: Option<&str>| {
        let mut command = coglint(&folder, arguments);
        if let Some(name) = variable {
            command.env(name, "1");
        }
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!coloured(&["."], None), "no terminal, no colours");
    assert!(coloured(&[".", "--color", "always"], None));
    assert!(coloured(&["."], Some("CLICOLOR_FORCE")));
    assert!(!coloured(&["."], Some("NO_COLOR")));
    assert!(!coloured(&[".", "--color", "never"], Some("CLICOLOR_FORCE")));
}

#[test]
fn an_unknown_rule_cannot_be_explained() {
    let folder = project(&[]);
    let (code, out, err) = run(&folder, &["explain", "no-such-rule-at-all"]);
    assert_eq!((code, out.as_str()), (1, ""));
    let first = "error: no match: `no-such-rule-at-all` is no rule, and no error that is known here\nnearest:\n";
    assert!(err.starts_with(first), "{err}");
    assert_eq!(err.lines().count(), 5, "three are proposed: {err}");
}

#[test]
fn rules_are_listed_for_people_and_programs() {
    let folder = project(&[]);
    let (code, out, _) = run(&folder, &["rules", "--format", "json"]);
    assert_eq!(code, 0);
    let rules: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    let (code, table, _) = run(&folder, &["rules"]);
    assert_eq!(code, 0);
    assert_eq!(table.lines().count(), rules.len());
}

#[test]
fn the_configuration_is_checked() {
    let folder = project(&[("template.yaml", TEMPLATE), ("coglint.toml", "regoin = \"eu-west-1\"\n")]);
    let (code, _, err) = run(&folder, &[]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: coglint.toml: ") && err.contains("regoin"), "{err}");

    fs::write(folder.path().join("coglint.toml"), "[rules]\nno-such-rule-at-all = \"off\"\n").unwrap();
    let (code, _, err) = run(&folder, &[]);
    assert_eq!((code, err.as_str()), (2, "error: coglint.toml: there is no rule or group `no-such-rule-at-all`\n"));
}

#[test]
fn rules_of_ones_own_must_be_there() {
    let folder = project(&[("template.yaml", TEMPLATE)]);
    for path in ["none.rhai", "*.rhai"] {
        let (code, _, err) = run(&folder, &["--rules", path]);
        assert_eq!((code, err), (2, format!("error: {path}: no rule file is there\n")));
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_success() {
    use std::process::{Command, Stdio};
    let folder = project(&[("template.yaml", TEMPLATE)]);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("coglint"))
        .args(["--format", "json"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &[][..]));
}

/// The README shows what the program prints; only the time of a run is its own.
#[test]
fn the_readme_shows_what_its_first_command_prints() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let arguments = readme.lines().find_map(|line| line.strip_prefix("cargo run --locked -- ")).unwrap();
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();

    let mut command = Command::cargo_bin("coglint").unwrap();
    command.current_dir(root).args(arguments.split(' ')).env_clear().env("COLUMNS", "100").env("LANG", "C.UTF-8");
    let out = String::from_utf8(command.assert().code(1).get_output().stdout.clone()).unwrap();
    let without_time = |text: &str| text.trim().rsplit_once(", ").map(|(before, _)| before.to_owned());
    assert_eq!(without_time(&out), without_time(shown), "{out}");
}

const VARIABLES: &str = r#"
variable "mfa" { type = string }
variable "factors" {
  type    = list(string)
  default = []
}
resource "aws_cognito_user_pool" "main" {
  name              = "main-${terraform.workspace}"
  mfa_configuration = var.mfa
  dynamic "software_token_mfa_configuration" {
    for_each = var.factors
    content { enabled = true }
  }
}
"#;

/// Whether the pool of [`VARIABLES`] demands a factor and has none.
fn lacks_factors(folder: &TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> bool {
    let no_factors = [("TF_VAR_factors", "[]")];
    let environment = no_factors.iter().chain(environment).copied();
    let output = coglint(folder, arguments).envs(environment).output().unwrap();
    assert_eq!(output.stderr, b"", "{arguments:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code() == Some(1), text.contains("mfa-without-factors"), "{text}");
    text.contains("mfa-without-factors")
}

#[test]
fn the_variables_of_root_modules_come_from_arguments_files_and_the_environment() {
    let on = ("TF_VAR_mfa", "ON");
    let files = [("main.tf", VARIABLES), ("off.tfvars", "mfa = \"OFF\"\n"), ("on.tfvars.json", r#"{"mfa": "ON"}"#)];
    let folder = project(&files);
    for (arguments, environment, expected) in [
        (&[][..], &[][..], false),
        (&["--var", "mfa=ON"], &[], true),
        (&["--var-file", "on.tfvars.json"], &[], true),
        (&[], &[on], true),
        // The later argument counts, and both count before the environment.
        (&["--var", "mfa=ON", "--var-file", "off.tfvars"], &[], false),
        (&["--var-file", "off.tfvars", "--var", "mfa=ON"], &[], true),
        (&["--var", "mfa=ON", "--var", "mfa=OFF"], &[], false),
        (&["--var", "mfa=OFF"], &[on], false),
        // A value of a type that is not primitive is an expression.
        (&["--var", "mfa=ON", "--var", "factors=[\"app\"]"], &[], false),
        (&["check", "--var", "mfa=ON", "."], &[("TF_VAR_factors", "[1]"), ("TF_VAR_unheard_of", "1")], false),
    ] {
        assert_eq!(lacks_factors(&folder, arguments, environment), expected, "{arguments:?} {environment:?}");
    }
    let folder = project(&[("main.tf", VARIABLES), ("terraform.tfvars", "mfa = \"OFF\"\n")]);
    assert!(!lacks_factors(&folder, &[], &[on]), "a variable file counts before the environment");
    assert!(lacks_factors(&folder, &["--var", "mfa=ON"], &[]), "an argument counts before a variable file");
}

#[test]
fn the_variables_of_modules_come_from_their_calls() {
    let call = "module \"pool\" {\n  source = \"./pool\"\n  mfa = \"OFF\"\n}\n";
    let folder = project(&[("main.tf", call), ("pool/main.tf", VARIABLES)]);
    assert!(!lacks_factors(&folder, &["--var", "mfa=ON"], &[]));
}

#[test]
fn what_is_wrong_with_a_variable_is_said() {
    let folder = project(&[("main.tf", VARIABLES), ("broken.tfvars", "mfa = \n")]);
    for (arguments, expected) in [
        (&["--var", "factors=["][..], "the value of --var factors does not read"),
        (&["--var-file", "broken.tfvars"], "broken.tfvars:1"),
        (&["--var", "facters=[]"], "no root module declares a variable facters"),
    ] {
        let (_, out, err) = run(&folder, arguments);
        assert!(out.contains(expected), "{arguments:?}\n{out}{err}");
    }
    for (arguments, expected) in [
        (&["--var", "mfa"][..], "it is not NAME=VALUE"),
        (&["--var-file", "absent.tfvars"], "absent.tfvars: the file does not exist"),
    ] {
        let (code, _, err) = run(&folder, arguments);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn the_workspace_is_known_where_it_is_given() {
    let text = VARIABLES.replace("var.mfa", "terraform.workspace == \"prod\" ? \"ON\" : \"OFF\"");
    let folder = project(&[("main.tf", &text)]);
    assert!(lacks_factors(&folder, &["--workspace", "prod"], &[]));
    assert!(!lacks_factors(&folder, &["--workspace", "dev"], &[]));
    assert!(!lacks_factors(&folder, &[], &[]));
}
