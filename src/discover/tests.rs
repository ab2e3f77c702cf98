//! Which files a path means, on throw-away projects.

use super::*;
use crate::source::Files;
use tempfile::TempDir;

const TEMPLATE: &str = "Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn discover(folder: &TempDir, working: &str, paths: &[&str]) -> Result<Project, PathError> {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    Project::discover(&paths, &folder.path().join(working))
}

fn found(project: &Project) -> Vec<&str> {
    project.found.iter().map(|found| &*found.path).collect()
}

#[test]
fn the_whole_repository_is_read_and_only_what_was_named_is_reported() {
    let folder = project(&[
        (".git/HEAD", ""),
        ("auth/pool.yaml", TEMPLATE),
        ("roles/role.yaml", TEMPLATE),
        ("authority/other.yaml", TEMPLATE),
    ]);
    let project = discover(&folder, "", &["auth"]).unwrap();
    assert_eq!(found(&project), ["auth/pool.yaml", "authority/other.yaml", "roles/role.yaml"]);
    assert!(project.reports("auth/pool.yaml"));
    assert!(!project.reports("roles/role.yaml"));
    assert!(!project.reports("authority/other.yaml"), "a folder's name is no prefix of another's");
    assert!(!project.names("auth/pool.yaml"), "its folder was named, not the file");
}

#[test]
fn paths_are_shown_as_seen_from_the_working_folder() {
    let folder = project(&[(".git/HEAD", ""), ("auth/pool.yaml", TEMPLATE), ("roles/role.yaml", TEMPLATE)]);
    let project = discover(&folder, "auth", &["pool.yaml"]).unwrap();
    let shown: Vec<String> = project.found.iter().map(|found| project.files.display(&found.path)).collect();
    assert_eq!(shown, ["pool.yaml", "../roles/role.yaml"]);
    assert!(project.reports("pool.yaml") && project.names("pool.yaml"));
    assert!(!project.reports("../roles/role.yaml"));
}

#[test]
fn the_nearest_configuration_bounds_the_project() {
    let folder = project(&[
        (".git/HEAD", ""),
        ("a/coglint.toml", ""),
        ("a/deep/pool.yaml", TEMPLATE),
        ("b/role.yaml", TEMPLATE),
        ("b/coglint.toml", ""),
    ]);
    let inside = discover(&folder, "", &["a/deep"]).unwrap();
    assert_eq!(found(&inside), ["deep/pool.yaml"]);
    assert!(inside.config.as_deref().is_some_and(|path| path.ends_with("a/coglint.toml")));
    let both = discover(&folder, "", &["a", "b"]).unwrap_err();
    assert_eq!(both, PathError::TwoProjects("a/coglint.toml".into(), "b/coglint.toml".into()));
}

#[test]
fn files_of_two_folders_without_a_repository_meet() {
    let folder = project(&[("a/pool.yaml", TEMPLATE), ("b/role.yaml", TEMPLATE), ("c/other.yaml", TEMPLATE)]);
    let project = discover(&folder, "", &["a/pool.yaml", "b/role.yaml"]).unwrap();
    assert_eq!(found(&project), ["a/pool.yaml", "b/role.yaml"]);
    assert_eq!(project.files.read("c/other.yaml"), Err(FileError::Outside), "nobody asked for c");
}

#[test]
fn ignored_files_are_left_alone_but_cdk_output_is_read() {
    let folder = project(&[
        (".git/HEAD", ""),
        (".gitignore", "cdk.out\nbuild/\n"),
        ("build/copy.yaml", TEMPLATE),
        ("app/cdk.out/A.template.json", r#"{"Resources":{"P":{"Type":"AWS::X::Y"}}}"#),
        ("app/cdk.out/asset.123/inner.template.json", r#"{"Resources":{"P":{"Type":"AWS::X::Y"}}}"#),
        ("app/cdk.out/assembly-Prod/B.template.json", r#"{"Resources":{"P":{"Type":"AWS::X::Y"}}}"#),
        ("node_modules/x/t.yaml", TEMPLATE),
        (".terraform/modules/m/main.tf", ""),
        ("main.tf", ""),
        (".config/pool.yaml", TEMPLATE),
    ]);
    let whole = discover(&folder, "", &[]).unwrap();
    let expected =
        [".config/pool.yaml", "app/cdk.out/A.template.json", "app/cdk.out/assembly-Prod/B.template.json", "main.tf"];
    assert_eq!(found(&whole), expected);
    let named = discover(&folder, "", &["build/copy.yaml", "node_modules/x"]).unwrap();
    assert!(found(&named).contains(&"build/copy.yaml"), "what is named is never filtered");
    assert!(found(&named).contains(&"node_modules/x/t.yaml"));
}

#[test]
fn a_gitignore_above_the_project_means_nothing_without_a_repository() {
    let folder = project(&[(".gitignore", "*\n"), ("p/pool.yaml", TEMPLATE)]);
    assert_eq!(found(&discover(&folder, "", &["p"]).unwrap()), ["pool.yaml"]);
}

#[test]
fn globs_are_expanded_and_must_match() {
    let folder = project(&[("a[1]/x.yaml", TEMPLATE), ("a[1]/y.yml", TEMPLATE)]);
    let project = discover(&folder, "a[1]", &["*.yaml"]).unwrap();
    assert!(project.names("x.yaml") && !project.reports("y.yml"));
    assert_eq!(discover(&folder, "", &["*.tf"]).unwrap_err(), PathError::NoMatch("*.tf".into()));
    assert_eq!(discover(&folder, "", &["none.yaml"]).unwrap_err(), PathError::Absent("none.yaml".into()));
    assert!(matches!(discover(&folder, "", &["***"]).unwrap_err(), PathError::BadGlob(..)));
}

#[test]
fn what_cannot_be_read_is_said_where_it_may_matter() {
    let folder = project(&[("note.json", "{}")]);
    let mut latin1 = TEMPLATE.as_bytes().to_vec();
    latin1.extend(b"# caf\xe9\n");
    fs::write(folder.path().join("latin1.yaml"), latin1).unwrap();
    fs::write(folder.path().join("image.json"), b"\xff\xfe\x00").unwrap();
    let project = discover(&folder, "", &[]).unwrap();
    let paths: Vec<&str> = project.unreadable.iter().map(|file| &*file.path).collect();
    assert_eq!(paths, ["latin1.yaml"]);
    assert!(project.unreadable[0].error.to_string().contains("not UTF-8"));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_and_devices_are_refused() {
    use std::os::unix::fs::symlink;
    let folder = project(&[("p/shared/main.tf", ""), ("secret.tf", "")]);
    let root = folder.path().join("p");
    fs::create_dir(root.join("live")).unwrap();
    symlink("../shared/main.tf", root.join("live/main.tf")).unwrap();
    symlink("../secret.tf", root.join("secret.tf")).unwrap();
    symlink("/dev/zero", root.join("zero.tf")).unwrap();
    let project = discover(&folder, "p", &["."]).unwrap();
    assert_eq!(found(&project), ["live/main.tf", "shared/main.tf"]);
    assert_eq!(project.files.read("secret.tf"), Err(FileError::Outside));
    assert_eq!(project.files.read("../secret.tf"), Err(FileError::Outside));
    assert_eq!(project.files.read("zero.tf"), Err(FileError::Outside));

    let named = discover(&folder, "p", &["secret.tf"]).unwrap();
    assert_eq!(named.unreadable.len(), 1, "a named link that leads out is an error");
    assert!(named.unreadable[0].named);
    assert!(matches!(read_regular_file(Path::new("/dev/zero")), Err(FileError::Unreadable(_))));
}

#[test]
fn excluded_files_are_not_read_unless_they_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    for path in ["a.yaml", "fixtures/b.yaml", "deep/fixtures/c.yaml", "deep/d.spec.yaml"] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "Resources:\n  P:\n    Type: AWS::Cognito::UserPool\n").unwrap();
    }
    let read = |paths: &[&str], patterns: &[&str], force: bool| {
        let mut excludes = Excludes::new(force);
        patterns.iter().for_each(|pattern| excludes.add(&root, pattern).unwrap());
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        Project::locate(&paths, &root, false).unwrap().read(&excludes).shown_files()
    };
    assert_eq!(read(&[], &["fixtures"], false), ["a.yaml", "deep/d.spec.yaml"]);
    assert_eq!(read(&[], &["./fixtures/", "**/*.spec.yaml"], false), ["a.yaml", "deep/fixtures/c.yaml"]);
    assert_eq!(read(&["fixtures/b.yaml"], &["fixtures"], false), ["fixtures/b.yaml"]);
    assert_eq!(read(&["fixtures/b.yaml"], &["fixtures"], true), [""; 0]);
    assert!(Excludes::default().add(&root, "a[").is_err());
}
