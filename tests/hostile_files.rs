//! Projects made to break or to spy on whoever reads them: odd files, paths that lead out, secrets, rules from a stranger.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use assert_cmd::Command;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// What no output may show.
const MARKER: &str = "k8Zq4vSecret";

const GOOD: &str =
    "Resources:\n  Good:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      MfaConfiguration: \"ON\"\n";

const FORMATS: &[&str] = &["human", "concise", "json", "sarif", "github", "markdown", "junit", "gitlab", "rdjson"];

fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A project with a sound template in it.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("good.yaml"), GOOD);
    folder
}

/// Exit code and standard output. What hangs fails.
fn coglint(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("coglint").unwrap();
    command.current_dir(folder).args(["check", "--isolated", "--color", "never"]).args(arguments);
    let output = command.timeout(Duration::from_secs(120)).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap_or_else(|| panic!("killed: {text}")), text)
}

fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn odd_files_cost_the_others_nothing() {
    let folder = project();
    let at = |path: &str| folder.path().join(path);
    pipe(&at("pipe.yaml"));
    fs::create_dir(at("folder.yaml")).unwrap();
    write(&at("folder.tf/x.yaml"), "a: 1\n");
    symlink("loop-b.yaml", at("loop-a.yaml")).unwrap();
    symlink("loop-a.yaml", at("loop-b.yaml")).unwrap();
    symlink(".", at("itself")).unwrap();
    symlink("/dev/zero", at("zero.tf")).unwrap();
    symlink("/dev/zero", at("zero.yaml")).unwrap();
    symlink("nothing", at("dangling.json")).unwrap();
    write(&folder.path().join(OsStr::from_bytes(b"caf\xe9.yaml")), GOOD);
    write(&at("two\nlines\u{1b}[31m.yaml"), GOOD);
    write(&at("empty.yaml"), "");
    write(&at("nul.yaml"), GOOD.replace("\"ON\"", "\"O\0N\""));
    write(&at("latin.yaml"), [GOOD.as_bytes(), b"# \xe9\n"].concat());
    let utf16: Vec<u8> = format!("\u{feff}{GOOD}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(&at("utf16.yaml"), utf16);
    let large = fs::File::create(at("large.json")).unwrap();
    large.set_len(100 * 1024 * 1024).unwrap();
    fs::write(at("huge.tf"), "a = 1 # aws_cognito_user_pool\n".repeat(600 * 1024)).unwrap();

    let (code, out) = coglint(folder.path(), &["--format", "concise"]);
    assert_eq!(code, 1, "{out}");
    for expected in [
        "good.yaml:5:25: error[mfa-without-factors]",
        "two\\u{a}lines\\u{1b}[31m.yaml:5:25: error[mfa-without-factors]",
        "huge.tf:1:1: error[input] it is larger than 16 MiB",
        "latin.yaml:1:1: error[input] it is not UTF-8 text (byte 99 does not fit)",
        "utf16.yaml:1:1: error[input] it is not UTF-8 text (byte 0 does not fit; it looks like UTF-16: save it as UTF-8)",
        "caf\u{fffd}.yaml:1:1: error[input] its name is not UTF-8",
        "pipe.yaml:1:1: error[input] it is no regular file",
    ] {
        assert!(out.contains(expected), "{expected} in:\n{out}");
    }
}

#[test]
fn what_is_named_is_never_waited_for() {
    let folder = project();
    pipe(&folder.path().join("pipe.yaml"));
    pipe(&folder.path().join("pipe.rhai"));
    let (code, out) = coglint(folder.path(), &["pipe.yaml", "--format", "concise"]);
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("it is no regular file"), "{out}");
    assert_eq!(coglint(folder.path(), &["/dev/zero"]).0, 2);
    assert_eq!(coglint(folder.path(), &["--rules", "pipe.rhai"]).0, 2);
    assert_eq!(coglint(folder.path(), &["--rules", "/dev/zero"]).0, 2);
    assert_eq!(coglint(folder.path(), &["--baseline", "/dev/zero"]).0, 2);
    assert_eq!(coglint(folder.path(), &["--parameters", "/dev/zero"]).0, 2);
}

/// Git refuses such files, too; what lies below is read as if there were none.
#[test]
fn a_gitignore_that_never_ends_is_not_read() {
    let folder = project();
    fs::create_dir(folder.path().join(".git")).unwrap();
    write(&folder.path().join("deep/pool.yaml"), GOOD);
    write(&folder.path().join("pipe/pool.yaml"), GOOD);
    symlink("/dev/zero", folder.path().join("deep/.gitignore")).unwrap();
    pipe(&folder.path().join("pipe/.gitignore"));
    for below in ["", "deep", "pipe"] {
        let (code, out) = coglint(&folder.path().join(below), &["--format", "concise"]);
        assert_eq!(code, 1, "{out}");
        assert!(out.contains("pool.yaml:5:25: error"), "{below}: {out}");
    }
    symlink("/dev/zero", folder.path().join(".gitignore")).unwrap();
    let (_, out) = coglint(folder.path(), &["--format", "concise"]);
    assert_eq!(out.matches("error[mfa-without-factors]").count(), 3, "{out}");
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    for (what, text) in [
        ("a byte order mark", format!("\u{feff}{GOOD}")),
        ("CR LF", GOOD.replace('\n', "\r\n")),
        ("CR", GOOD.replace('\n', "\r")),
    ] {
        let folder = project();
        write(&folder.path().join("odd.yaml"), text);
        let (_, out) = coglint(folder.path(), &["--format", "concise"]);
        assert!(out.contains("odd.yaml:"), "{what}: {out}");
        assert_eq!(out.matches("error[mfa-without-factors]").count(), 2, "{what}: {out}");
    }
}

/// Whatever names a file outside of the project, its text is never read, let alone shown.
#[test]
fn nothing_outside_of_the_project_is_read() {
    let around = tempfile::tempdir().unwrap();
    let root = around.path().join("project");
    write(&root.join("good.yaml"), GOOD);
    let secret = around.path().join("secret");
    write(&secret.join("text"), MARKER);
    write(
        &secret.join("main.tf"),
        format!(
            "resource \"aws_cognito_user_pool\" \"{MARKER}\" {{\n  mfa_configuration = \"ON\"\n}}\noutput \"x\" {{\n  value = \"{MARKER}\"\n}}\n"
        ),
    );
    write(&secret.join("t.yaml"), GOOD.replace("Good", MARKER));
    write(&secret.join("app.ts"), format!("{MARKER}\n").repeat(20));
    let outside = secret.display().to_string();
    symlink(&secret, root.join("link")).unwrap();
    symlink(secret.join("t.yaml"), root.join("link.yaml")).unwrap();
    let names = [
        "file(\"../secret/text\")".to_owned(),
        format!("file(\"{outside}/text\")"),
        "file(\"link/text\")".to_owned(),
        "templatefile(\"../secret/text\", {})".to_owned(),
        "file(\"${path.module}/../secret/text\")".to_owned(),
        "join(\"\", fileset(\"../secret\", \"**\"))".to_owned(),
        "module.a.x".to_owned(),
        "module.b.x".to_owned(),
    ];
    let mut main = String::new();
    for (at, name) in names.iter().enumerate() {
        main.push_str(&format!(
            "resource \"aws_cognito_user_pool\" \"p{at}\" {{\n  name = {name}\n  mfa_configuration = {name}\n}}\n"
        ));
    }
    main.push_str("module \"a\" {\n  source = \"../secret\"\n}\nmodule \"b\" {\n  source = \"./link\"\n}\n");
    write(
        &root.join("tf/main.tf"),
        main.replace("\"../secret", "\"../../secret").replace("\"link", "\"../link").replace("./link", "../link"),
    );
    let nested = |at: usize, url: &str| {
        format!("  N{at}:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {url}\n")
    };
    let urls = ["../secret/t.yaml", "link/t.yaml", "link.yaml", "file:///etc/passwd"];
    let stacks: String = urls.iter().enumerate().map(|(at, url)| nested(at, url)).collect();
    write(&root.join("stack.yaml"), format!("# AWS::Cognito::UserPool\nResources:\n{stacks}"));
    for format in FORMATS {
        let (_, out) = coglint(&root, &["--format", format, "--undecided"]);
        assert!(!out.contains(MARKER), "{format}: {out}");
    }
    let (code, out) = coglint(&root, &["--format", "concise"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("good.yaml:5:25: error"), "{out}");
}

#[test]
fn secrets_are_in_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let template = format!(
        "Parameters:
  Id: {{Type: String, NoEcho: true, Default: {MARKER}}}
  Given: {{Type: String, NoEcho: true}}
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !Ref Id
      MfaConfiguration: \"ON\"
      EnabledMfas: [SMS_MFA]
      SmsConfiguration: {{SnsCallerArn: !GetAtt Role.Arn, ExternalId: !Sub \"x-${{Given}}-${{Id}}\"}}
      Schema: [{{Name: !Ref Given, AttributeDataType: !Ref Id}}]
  Named:
    Type: AWS::Cognito::UserPool
    Properties:
      MfaConfiguration: !Ref Given
      UserPoolTier: !Ref Given
      DeletionProtection: !Ref Id
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: {{Service: cognito-idp.amazonaws.com}}
            Action: sts:AssumeRole
            Condition: {{StringEquals: {{\"sts:ExternalId\": other}}}}
"
    );
    write(&folder.path().join("template.yaml"), template);
    let module = "variable \"id\" {
  type      = string
  sensitive = true
}
variable \"given\" {}
resource \"aws_iam_role\" \"r\" {
  assume_role_policy = jsonencode({
    Version   = \"2012-10-17\"
    Statement = [{
      Effect = \"Allow\", Principal = { Service = \"cognito-idp.amazonaws.com\" }, Action = \"sts:AssumeRole\"
      Condition = { StringEquals = { \"sts:ExternalId\" = \"other\" } }
    }]
  })
}
resource \"aws_cognito_user_pool\" \"p\" {
  name              = var.id
  mfa_configuration = \"ON\"
  sms_configuration {
    external_id    = \"x-${var.id}\"
    sns_caller_arn = aws_iam_role.r.arn
  }
}
resource \"aws_cognito_user_pool\" \"q\" {
  name              = var.id
  mfa_configuration = var.id
}
";
    write(&folder.path().join("tf/main.tf"), module);
    let given = format!("Given={MARKER}");
    let var = format!("id={MARKER}");
    for format in FORMATS {
        let (code, out) =
            coglint(folder.path(), &["--format", format, "--undecided", "--parameter", &given, "--var", &var]);
        assert_eq!(code, 1, "{format}: something is found, so that there is something to hide: {out}");
        // The template's own lines are the reader's already: a report may quote them.
        let shown = out.replace(&format!("Default: {MARKER}"), "");
        assert!(!shown.contains(MARKER), "{format}: {out}");
    }
}

#[test]
fn rules_from_a_stranger_reach_nothing() {
    let folder = project();
    write(&folder.path().join("secret.txt"), MARKER);
    for body in [
        "let x = open_file(\"secret.txt\"); require false else `${x}` at pool;",
        "let x = read_file(\"secret.txt\");",
        "import \"secret.txt\" as s;",
        "eval(\"1\");",
        "sleep(600);",
        "let x = env(\"HOME\");",
        "loop { }",
        "let a = [1]; loop { a.append(a); }",
        "let s = \"aaaa\"; loop { s += s; }",
        "fn f(x) { f(x) } f(1);",
    ] {
        let rule = format!(
            "//! A stranger's rule.\n//!\n//! ## Why it fails\n//! x\n//!\n//! ## How to fix it\n//! x\n\nrule \"strange\" #{{\n    level: \"error\",\n    groups: [],\n    catches: [],\n    since: \"0.1.0\",\n}} for user_pool |pool| {{\n    {body}\n}}\n"
        );
        write(&folder.path().join("rules/strange.rhai"), rule);
        let (code, out) = coglint(folder.path(), &["--rules", "rules/strange.rhai", "--format", "concise"]);
        assert_eq!(code, 2, "{body}: {out}");
        assert!(out.contains("strange.rhai:"), "{body}: {out}");
        assert!(!out.contains(MARKER), "{body}: {out}");
        assert!(out.contains("good.yaml:5:25: error"), "{body}: {out}");
    }
}
