//! What decides what is reported, and where to: outputs, suppressions, baselines, revisions, settings.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use assert_cmd::Command;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const POOL: &str = "\
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolTier: ESSENTIALS
      MfaConfiguration: \"ON\"
      EnabledMfas: [EMAIL_OTP]
      AccountRecoverySetting:
        RecoveryMechanisms: [{Name: admin_only, Priority: 1}]
";
const RULE: &str = "email-mfa-default-sender";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(path, text)| write(&folder, path, text));
    folder
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn read(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap()
}

/// Exit code, standard output, standard error.
fn run_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("coglint").unwrap();
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LANG", "LC_ALL", "GITHUB_WORKSPACE"] {
        command.env_remove(name);
    }
    let output = command.current_dir(folder).arg("check").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn run(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    run_in(folder.path(), arguments)
}

/// The rules that are reported, one word each, and the exit code; diagnostics count as `input`.
fn reported(folder: &TempDir, arguments: &[&str]) -> (i32, Vec<String>) {
    let (code, out, err) = run(folder, &[&["--format", "concise"], arguments].concat());
    assert_eq!(err, "", "{out}");
    let id = |line: &str| line.split_once('[').and_then(|(_, rest)| rest.split_once(']')).unwrap().0.to_owned();
    (code, out.lines().map(id).collect())
}

#[test]
fn one_run_writes_several_reports() {
    let folder = project(&[("auth/pool.yaml", POOL), (".git/HEAD", "")]);
    let files = ["--output", "sarif=a.sarif", "--output", "junit=b.xml", "--output", "github"];
    let (code, out, _) = run(&folder, &files);
    assert_eq!(code, 1);
    assert!(out.starts_with("::error file=auth/pool.yaml,line=2,"), "{out}");
    assert!(read(&folder, "a.sarif").contains("auth/pool.yaml") && read(&folder, "b.xml").contains("<failure"));

    let (_, out, _) = run(&folder, &["--format", "concise", "--output", "json=-"]);
    assert!(out.starts_with("auth/pool.yaml:") && out.trim_end().ends_with('}'), "both, in this order: {out}");
    let (_, out, _) = run_in(&folder.path().join("auth"), &["--output", "sarif"]);
    assert!(out.contains("\"uri\": \"auth/pool.yaml\""), "seen from the repository: {out}");
}

#[test]
fn outputs_that_cannot_be_are_errors() {
    let folder = project(&[("pool.yaml", POOL)]);
    for (output, expected) in
        [("xml=a", "no format `xml`"), ("sarif=", "name of the file is missing"), ("json=no/where/x", "no/where/x: ")]
    {
        let (code, _, err) = run(&folder, &["--output", output]);
        assert_eq!(code, 2);
        assert!(err.contains(expected), "{err}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let folder = project(&[("pool.yaml", POOL)]);
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    run(&folder, &["--output", "json=pipe"]);
    assert!(reader.join().unwrap().contains(RULE));
    assert!(fs::metadata(pipe).unwrap().file_type().is_fifo());
}

#[test]
fn the_summary_of_a_job_draws_what_its_findings_are_about() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects/sms-two-files");
    let text = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let folder = project(&[("pool.yaml", &text("pool.yaml")), ("roles.yaml", &text("roles.yaml"))]);
    let (_, out, _) = run(&folder, &["--format", "markdown"]);
    let (_, picture) = out.split_once("```mermaid\n").unwrap();
    for line in ["\"user_pool Customers\"", "\"role SmsRole\"", "-->|\"sms.role\"|", "stroke:#d1242f"] {
        assert!(picture.contains(line), "{line} is not in\n{picture}");
    }
    let lone = project(&[("pool.yaml", POOL)]);
    assert!(!run(&lone, &["--format", "markdown"]).1.contains("mermaid"), "a lone box says nothing");
}

#[test]
fn suppressions_can_be_switched_off() {
    let commented = POOL.replace("Pool:\n", &format!("Pool: # coglint: ignore[{RULE}] known\n"));
    let folder = project(&[("pool.yaml", &commented)]);
    let (code, rules) = reported(&folder, &[]);
    assert!(!rules.contains(&RULE.to_owned()), "{code} {rules:?}");
    let (code, rules) = reported(&folder, &["--no-ignores"]);
    assert_eq!((code, rules.contains(&RULE.to_owned())), (1, true));
}

#[test]
fn a_suppression_may_have_a_last_day_and_must_name_a_rule() {
    let commented = POOL.replace("Pool:\n", "Pool: # coglint: ignore[email-mfa-default-sendr] x\n");
    let folder = project(&[("pool.yaml", &commented)]);
    let (_, out, _) = run(&folder, &["--format", "concise"]);
    assert!(
        out.contains("there is no rule `email-mfa-default-sendr`; did you mean `email-mfa-default-sender`?"),
        "{out}"
    );

    let past = POOL.replace("Pool:\n", &format!("Pool: # coglint: ignore[{RULE}] until 2020-01-01 moved\n"));
    write(&folder, "pool.yaml", &past);
    let (code, out, _) = run(&folder, &["--format", "concise"]);
    assert_eq!(code, 1);
    assert!(out.contains("held until 2020-01-01"), "{out}");
}

#[test]
fn the_configuration_suppresses_and_is_warned_of() {
    let ignore = |path: &str| format!("[[ignore]]\nrule = \"{RULE}\"\npath = \"{path}\"\nreason = \"legacy\"\n");
    let folder = project(&[("auth/pool.yaml", POOL), ("coglint.toml", &ignore("auth/*"))]);
    assert!(!reported(&folder, &[]).1.contains(&RULE.to_owned()));
    assert!(reported(&folder, &["--isolated"]).1.contains(&RULE.to_owned()));
    write(&folder, "coglint.toml", &ignore("other/*"));
    let (code, out, _) = run(&folder, &["--format", "concise"]);
    assert_eq!(code, 1);
    assert!(out.contains("coglint.toml:2:8: warning[input]") && out.contains("has no effect"), "{out}");
    write(&folder, "coglint.toml", "require-reason = true\n");
    write(&folder, "auth/pool.yaml", &POOL.replace("Pool:\n", &format!("Pool: # coglint: ignore[{RULE}]\n")));
    assert!(reported(&folder, &[]).1.contains(&RULE.to_owned()));
}

#[test]
fn a_baseline_survives_edits_and_says_when_it_is_stale() {
    let folder = project(&[("pool.yaml", POOL)]);
    let (code, _, err) = run(&folder, &["--baseline", "known.json"]);
    assert_eq!(code, 2);
    assert!(err.contains("--update-baseline writes a baseline"), "{err}");

    let baseline = ["--baseline", "known.json"];
    assert_eq!(reported(&folder, &[&baseline[..], &["--update-baseline"]].concat()), (0, Vec::new()));
    let written = read(&folder, "known.json");
    write(&folder, "pool.yaml", &format!("# a new line\n\n{POOL}"));
    assert_eq!(reported(&folder, &baseline), (0, Vec::new()), "no line is part of an entry");
    run(&folder, &[&baseline[..], &["--update-baseline"]].concat());
    assert_eq!(read(&folder, "known.json"), written, "the same findings, the same bytes");

    write(&folder, "second.yaml", POOL);
    let (code, rules) = reported(&folder, &baseline);
    assert_eq!((code, rules.contains(&RULE.to_owned())), (1, true), "another file is another finding");
    fs::remove_file(folder.path().join("second.yaml")).unwrap();

    write(&folder, "pool.yaml", &POOL.replace("\"ON\"", "\"OFF\"").replace("      EnabledMfas: [EMAIL_OTP]\n", ""));
    let (code, out, _) = run(&folder, &["--format", "concise", "--baseline", "known.json"]);
    assert_eq!(code, 0);
    assert!(out.contains(&format!("`{RULE}` no longer reports this of Pool in pool.yaml")), "{out}");
    assert!(out.starts_with("known.json:4:5: warning[input]"), "{out}");
}

/// The places of findings, as `path: rule`, and the exit code.
fn places(folder: &TempDir, arguments: &[&str]) -> (i32, Vec<String>) {
    let (code, out, err) = run(folder, &[&["--format", "concise"], arguments].concat());
    assert_eq!(err, "", "{out}");
    let place = |line: &str| {
        let path = line.split(':').next().unwrap();
        let rule = line.split_once('[').and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
        format!("{path}: {rule}")
    };
    (code, out.lines().map(place).collect())
}

#[test]
fn a_baseline_knows_a_file_that_moved_on_and_got_another_name() {
    let folder = project(&[("pool.yaml", POOL), ("other.yaml", &POOL.replace("Pool:", "Other:"))]);
    let baseline = ["--baseline", "known.json"];
    reported(&folder, &[&baseline[..], &["--update-baseline"]].concat());

    fs::remove_file(folder.path().join("pool.yaml")).unwrap();
    let above: String = (1..=50).map(|line| format!("# line {line}\n")).collect();
    write(&folder, "auth/users.yaml", &format!("{above}{POOL}"));
    assert_eq!(places(&folder, &baseline), (0, Vec::new()), "nothing that was known comes back");

    let second = POOL.strip_prefix("Resources:\n").unwrap().replace("Pool:", "Second:");
    write(&folder, "auth/users.yaml", &format!("{above}{POOL}{second}"));
    let (code, found) = places(&folder, &baseline);
    assert_eq!((code, found.contains(&format!("auth/users.yaml: {RULE}"))), (1, true), "what is new is reported");
    assert!(found.iter().all(|place| place.starts_with("auth/users.yaml: ")), "{found:?}");
    let (_, out, _) = run(&folder, &[&baseline[..], &["--format", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let reported = report["findings"].as_array().unwrap().iter().filter(|finding| finding["suppressed"].is_null());
    let resources: Vec<&str> = reported.map(|finding| finding["resource"].as_str().unwrap()).collect();
    assert!(!resources.is_empty() && resources.iter().all(|resource| *resource == "Second"), "{resources:?}");
}

/// The words change with every value in them, and with the version of coglint; the property stays.
#[test]
fn a_baseline_names_the_property_and_not_the_words() {
    let client = |urls: &str| {
        let oauth = "AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [code], AllowedOAuthScopes: [openid], UserPoolId: p";
        let properties = format!("Properties: {{{oauth}, CallbackURLs: [{urls}]}}");
        format!("Resources:\n  Client: {{Type: 'AWS::Cognito::UserPoolClient', {properties}}}\n")
    };
    let folder = project(&[("client.yaml", &client("http://old.example"))]);
    let baseline = ["--baseline", "known.json"];
    reported(&folder, &[&baseline[..], &["--update-baseline"]].concat());
    let written = read(&folder, "known.json");
    assert!(written.contains("\"resource\":\"Client\",\"property\":\"CallbackURLs\""), "{written}");

    write(&folder, "client.yaml", &client("http://new.example"));
    assert_eq!(reported(&folder, &baseline), (0, Vec::new()), "{written}");
    write(&folder, "client.yaml", &client("http://new.example, http://old.example"));
    let (_, out, _) = run(&folder, &[&baseline[..], &["--format", "concise"]].concat());
    assert!(out.lines().count() == 1 && out.contains("new.example"), "only what is not known is new: {out}");
}

/// What is said of one file says nothing of the others: neither findings nor what could not be decided.
#[test]
fn what_is_undecided_elsewhere_is_not_told() {
    let pool = |parameter: &str| {
        let pool = POOL.replace("\"ON\"", &format!("!Ref {parameter}"));
        format!("Parameters: {{{parameter}: {{Type: String}}}}\n{pool}")
    };
    let folder = project(&[("one.yaml", &pool("First")), ("two.yaml", &pool("Second"))]);
    let undecided = |paths: &[&str]| run(&folder, &[&["--undecided"], paths].concat()).1;
    for (path, told, silent) in [("one.yaml", "First", "Second"), ("two.yaml", "Second", "First")] {
        let out = undecided(&[path]);
        assert!(out.contains(&format!("value: {told}\n")) && !out.contains(&format!("value: {silent}\n")), "{out}");
    }
    let out = undecided(&["."]);
    assert!(out.contains("value: First\n") && out.contains("value: Second\n"), "{out}");
}

/// pre-commit hands files over in as many portions as the length of a command line demands.
#[test]
fn files_in_portions_are_reported_like_all_at_once() {
    let pool = |at: usize| {
        let role = format!("!ImportValue role-{}", 39 - at);
        let sms = format!("SmsConfiguration: {{SnsCallerArn: {role}, ExternalId: x}}");
        format!("Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      {sms}\n")
    };
    let role = |at: usize| {
        let trust =
            "{Statement: [{Effect: Allow, Principal: {Service: cognito-idp.amazonaws.com}, Action: 'sts:AssumeRole'}]}";
        let role = format!(
            "Resources:\n  Role: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {trust}}}}}\n"
        );
        format!("{role}Outputs:\n  Arn: {{Value: !GetAtt Role.Arn, Export: {{Name: role-{at}}}}}\n")
    };
    let folder = project(&[(".git/HEAD", "")]);
    (0..40).for_each(|at| write(&folder, &format!("{at:02}.yaml"), &format!("# {at}\n{}", pool(at))));
    (0..40).for_each(|at| write(&folder, &format!("roles/{at:02}.yaml"), &role(at)));
    let names: Vec<String> = (0..40).flat_map(|at| [format!("{at:02}.yaml"), format!("roles/{at:02}.yaml")]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let lines = |files: &[&str]| -> BTreeSet<String> {
        let (code, out, _) = run(&folder, &[&["--format", "concise"], files].concat());
        assert_eq!(code, 1);
        out.lines().map(str::to_owned).collect()
    };
    let whole = lines(&["."]);
    assert_eq!(whole.iter().filter(|line| line.contains("sms-role-cannot-publish")).count(), 40);
    let (first, second) = names.split_at(23);
    assert_eq!(whole, lines(&names));
    assert_eq!(whole, &lines(first) | &lines(second));
}

#[test]
fn a_configuration_is_named_or_found_up_to_the_repository() {
    let off = format!("[rules]\n{RULE} = \"off\"\n");
    let folder = project(&[("coglint.toml", &off), ("repository/pool.yaml", POOL), ("repository/.git/HEAD", "")]);
    let repository = folder.path().join("repository");
    assert_eq!(run_in(&repository, &[]).0, 1, "what lies above the repository is somebody else's");
    assert_eq!(run_in(&repository, &["--config", "../coglint.toml"]).0, 0);
    let (code, _, err) = run_in(&repository, &["--config", "none.toml"]);
    assert_eq!(code, 2);
    assert!(err.contains("none.toml: "), "{err}");
}

#[test]
fn a_baseline_means_the_same_in_every_folder() {
    let folder = project(&[("auth/pool.yaml", POOL), ("coglint.toml", "baseline = \"known.json\"\n")]);
    reported(&folder, &["--update-baseline"]);
    assert_eq!(run_in(&folder.path().join("auth"), &["--format", "concise"]).1, "");
    write(&folder, "known.json", "{\"version\": 2, \"findings\": []}");
    assert!(run(&folder, &[]).2.contains("version 2 is not known here"));
}

fn git(folder: &TempDir, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let output =
        std::process::Command::new("git").args(identity).args(arguments).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn only_what_changed_is_reported() {
    let folder = project(&[("old.yaml", POOL), ("auth/edited.yaml", &POOL.replace("\"ON\"", "\"OFF\""))]);
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "first"]);
    let changed = ["--format", "concise", "--changed-since", "HEAD"];
    assert_eq!(run(&folder, &changed).1, "");
    write(&folder, "auth/edited.yaml", POOL);
    write(&folder, "auth/new ü.yaml", POOL);
    let (code, out, _) = run(&folder, &changed);
    assert_eq!(code, 1);
    assert!(out.contains("auth/edited.yaml") && out.contains("auth/new ü.yaml") && !out.contains("old.yaml"), "{out}");
    let (_, out, _) = run_in(&folder.path().join("auth"), &changed);
    assert!(out.contains("edited.yaml"), "also from a folder of the repository: {out}");

    for (revision, expected) in [("nowhere", "Git knows no such revision"), ("--output=x", "a value is required")] {
        let (code, _, err) = run(&folder, &["--changed-since", revision]);
        assert_eq!(code, 2);
        assert!(err.contains(expected) || err.contains("this is no revision") || err.contains("error"), "{err}");
    }
    assert!(!folder.path().join("x").exists());
    let bare = project(&[("pool.yaml", POOL)]);
    let (code, _, err) = run(&bare, &["--changed-since", "HEAD"]);
    assert_eq!(code, 2);
    assert!(err.contains("not a git repository"), "{err}");
}

#[test]
fn files_and_settings_are_shown() {
    let config = "fail-on = \"warning\"\nexclude = [\"fixtures\"]\n[rules]\nsms = \"off\"\n";
    let folder = project(&[("coglint.toml", config), ("a.yaml", POOL), ("fixtures/b.yaml", POOL), ("c/d.yaml", POOL)]);
    assert_eq!(run(&folder, &["--show-files"]).1, "a.yaml\nc/d.yaml\n");
    assert_eq!(run(&folder, &["--show-files", "--exclude", "c/*"]).1, "a.yaml\n");
    assert_eq!(run(&folder, &["--show-files", "--isolated"]).1, "a.yaml\nc/d.yaml\nfixtures/b.yaml\n");
    assert!(run(&folder, &["--show-files", "fixtures/b.yaml"]).1.contains("fixtures/b.yaml"));
    assert!(!run(&folder, &["--show-files", "--force-exclude", "fixtures/b.yaml"]).1.contains("fixtures"));
    assert_eq!(reported(&folder, &["--force-exclude", "fixtures/b.yaml"]), (0, Vec::new()));

    let (code, shown, _) = run(&folder, &["--show-settings", "--region", "eu-west-1"]);
    assert_eq!(code, 0);
    for line in ["fail-on = \"warning\"", "region = \"eu-west-1\"", "sms = \"off\"", "exclude = [\"fixtures\"]"] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    write(&folder, "coglint.toml", &shown);
    assert_eq!(run(&folder, &["--show-settings"]).1, shown, "what is shown can be used");

    let typed = ["--parameter", "Mode=ON", "--workspace", "prod", "--var", "a=b", "--no-ignores", "--ignore", "totp"];
    let (code, shown, err) = run(&folder, &[&["--show-settings"], &typed[..]].concat());
    assert_eq!(code, 0, "{err}");
    for line in ["# --parameter Mode=ON", "# --workspace prod", "# --var a=b", "# --no-ignores"] {
        assert!(shown.lines().any(|one| one == line), "{line} is not in\n{shown}");
    }
    assert!(shown.contains("totp-scope-missing = \"off\"") && shown.contains("sms-role-cannot-publish = \"off\""));
}

/// The error of an unknown key lists the known ones: the schema names exactly those.
#[test]
fn the_schema_and_the_documentation_know_every_key() {
    let folder = project(&[("pool.yaml", POOL)]);
    let mut command = Command::cargo_bin("coglint").unwrap();
    let printed = command.current_dir(folder.path()).arg("schema").output().unwrap().stdout;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(printed, fs::read(root.join("docs/coglint.schema.json")).unwrap());
    let schema: serde_json::Value = serde_json::from_slice(&printed).unwrap();
    let documented = fs::read_to_string(root.join("docs/configuration.md")).unwrap();

    let known = |config: &str| {
        write(&folder, "coglint.toml", config);
        let err = run(&folder, &[]).2;
        let list = err.rsplit_once("expected one of ").unwrap().1.to_owned();
        let mut names: Vec<String> = list.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        names.sort();
        names
    };
    let keys = |schema: &serde_json::Value| {
        let mut keys: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(known("no-such-key = 1\n"), keys(&schema));
    assert_eq!(known("[[ignore]]\nno-such-key = 1\n"), keys(&schema["properties"]["ignore"]["items"]));
    assert_eq!(known("fail-on = \"x\"\n").join(" "), "error never note warning");
    assert_eq!(schema["properties"]["fail-on"]["enum"].as_array().map(Vec::len), Some(4));
    for key in keys(&schema).iter().chain(&keys(&schema["properties"]["ignore"]["items"])) {
        assert!(documented.contains(&format!("`{key}`")), "{key} is not in docs/configuration.md");
    }
}

#[test]
fn shells_are_completed() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = Command::cargo_bin("coglint").unwrap().args(["completions", shell]).output().unwrap();
        assert!(String::from_utf8(output.stdout).unwrap().contains("changed-since"), "{shell}");
    }
}

#[test]
fn the_manual_page_names_every_command() {
    let output = Command::cargo_bin("coglint").unwrap().arg("man").output().unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains(".TH coglint 1"), "{page}");
    for word in ["check", "explain", "graph", "completions", "fail\\-on"] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn the_graph_shows_links_and_what_is_not_known() {
    let template = "\
Parameters: {Other: {Type: String}}
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: {SmsConfiguration: {SnsCallerArn: !GetAtt Role.Arn}}
  Second:
    Type: AWS::Cognito::UserPool
    Properties: {SmsConfiguration: {SnsCallerArn: !Ref Other}}
  Third:
    Type: AWS::Cognito::UserPool
    Properties: {SmsConfiguration: {SnsCallerArn: 'arn:aws:iam::111122223333:role/\"x\"'}}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: sms}}
";
    let folder = project(&[("a.yaml", template)]);
    let drawn = |format: &str| {
        let mut command = Command::cargo_bin("coglint").unwrap();
        let output = command.current_dir(folder.path()).args(["graph", "--format", format]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let text = drawn("text");
    for line in
        ["user_pool Pool  (a.yaml:3)", "sms.role -> role Role", "sms.role -> unknown: ", "outside of the input: arn"]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let dot = drawn("dot");
    assert!(dot.starts_with("digraph") && dot.contains("style=dashed") && dot.contains("role/\\\"x\\\""), "{dot}");
    assert_eq!(text.matches("-> role Role").count(), 1, "one property is one line: {text}");

    let role = ["--parameter", "Other=arn:aws:iam::111122223333:role/known", "--account", "111122223333"];
    let mut command = Command::cargo_bin("coglint").unwrap();
    let output = command.current_dir(folder.path()).arg("graph").args(role).output().unwrap();
    let given = String::from_utf8(output.stdout).unwrap();
    assert!(given.contains("role/known"), "{given}");

    let mermaid = drawn("mermaid");
    assert!(mermaid.starts_with("flowchart LR\n") && mermaid.contains("-.->") && mermaid.contains("#34;"), "{mermaid}");
}
