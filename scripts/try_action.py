"""Runs the steps of action.yml without GitHub, and compares what they leave with what they must. By hand:

    cargo build && python3 scripts/try_action.py target/debug/coglint [--build]

`run:` steps run in bash as the runner starts it, with files in the place of GITHUB_OUTPUT and GITHUB_STEP_SUMMARY; `uses:`
steps are written down and count as done, unless a case says that one fails. With --build the action's own build runs as well:
some minutes. Needs PyYAML.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

import yaml

PROJECT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(==|!=|&&|\|\||!|\(|\))|([A-Za-z_][\w.-]*))")


def evaluate(expression, names):
    """The value of an expression of the runner, as far as this action uses the language."""
    tokens, at = [], 0
    while at < len(expression.rstrip()):
        match = TOKEN.match(expression, at)
        if not match:
            raise ValueError(f"not understood: {expression[at:]}")
        text, sign, name = match.groups()
        tokens.append(("sign", sign) if sign else ("value", text.replace("''", "'") if text is not None else names(name)))
        at = match.end()

    def unary():
        kind, value = tokens.pop(0)
        if (kind, value) == ("sign", "!"):
            return not unary()
        if (kind, value) == ("sign", "("):
            inner = either()
            tokens.pop(0)
            return inner
        return value

    def next_is(*signs):
        return bool(tokens) and tokens[0][0] == "sign" and tokens[0][1] in signs

    def compared():
        left = unary()
        while next_is("==", "!="):
            equal = tokens.pop(0)[1] == "=="
            left = (str(left).lower() == str(unary()).lower()) == equal
        return left

    def both():
        left = compared()
        while next_is("&&"):
            tokens.pop(0)
            right = compared()
            left = right if left else left
        return left

    def either():
        left = both()
        while next_is("||"):
            tokens.pop(0)
            right = both()
            left = left or right
        return left

    return either()


def read_pairs(path):
    """What a step wrote into GITHUB_OUTPUT: `name=value` and `name<<END`."""
    pairs, lines = {}, iter(path.read_text().splitlines())
    for line in lines:
        if re.match(r"[^=]+<<", line):
            name, end = line.split("<<", 1)
            value = []
            for line in lines:
                if line == end:
                    break
                value.append(line)
            pairs[name] = "\n".join(value)
        elif "=" in line:
            name, value = line.split("=", 1)
            pairs[name] = value
        else:
            raise ValueError(f"no output: {line!r}")
    return pairs


class Run:
    """One run of the action: `failed`, `outputs`, `log`, `summary`, `used`."""

    def __init__(self, action, workspace, inputs, environment=None, failing=()):
        definition = yaml.safe_load((action / "action.yml").read_text())
        unknown = set(inputs) - set(definition["inputs"])
        assert not unknown, unknown
        self.inputs = {name: str(inputs.get(name, one["default"])) for name, one in definition["inputs"].items()}
        self.temp = pathlib.Path(tempfile.mkdtemp())
        self.steps, self.used, self.failed, self.log, self.summary = {}, [], False, "", ""
        for step in definition["runs"]["steps"]:
            if not self.failed and self.holds(step.get("if", "'true'")):
                self.run(step, action, workspace, environment or {}, failing)
        self.outputs = {name: self.filled(one["value"]) for name, one in definition["outputs"].items()}
        shutil.rmtree(self.temp)

    def name(self, name):
        parts = name.split(".")
        if parts[0] == "inputs":
            return self.inputs[parts[1]]
        if parts[0] == "steps":
            step = self.steps.get(parts[1], {})
            return step.get("outcome", "") if parts[2] == "outcome" else step.get("outputs", {}).get(parts[3], "")
        if name == "runner.temp":
            return str(self.temp)
        raise ValueError(f"not known here: {name}")

    def holds(self, condition):
        return bool(evaluate(re.sub(r"^\$\{\{(.*)\}\}$", r"\1", condition), self.name))

    def filled(self, text):
        return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(evaluate(match[1], self.name)), str(text))

    def run(self, step, action, workspace, environment, failing):
        outputs, code = {}, 0
        if "uses" in step:
            self.used.append((step["uses"], {name: self.filled(value) for name, value in step["with"].items()}))
            code = int(any(step["uses"].startswith(name) for name in failing))
        else:
            files = {name: self.temp / f"{name}-{len(self.log)}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
            for file in files.values():
                file.touch()
            script = self.temp / "step.sh"
            script.write_text(self.filled(step["run"]))
            variables = {
                **os.environ,
                **{name: str(file) for name, file in files.items()},
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(action),
                "GITHUB_WORKSPACE": str(workspace),
                "RUNNER_TEMP": str(self.temp),
                "RUNNER_OS": "Linux",
                "RUNNER_ARCH": "X64",
                **environment,
                **{name: self.filled(value) for name, value in step.get("env", {}).items()},
            }
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
            done = subprocess.run(shell, cwd=workspace, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            self.log += done.stdout.decode() + "\n"
            self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
            outputs, code = read_pairs(files["GITHUB_OUTPUT"]), done.returncode
        if "id" in step:
            self.steps[step["id"]] = {"outputs": outputs, "outcome": "failure" if code else "success"}
        self.failed |= bool(code) and not step.get("continue-on-error", False)


def commands(log):
    """The lines that the runner would obey."""
    found, stopped = [], None
    for line in log.splitlines():
        if stopped is not None:
            stopped = None if line.strip() == f"::{stopped}::" else stopped
        elif line.startswith("::stop-commands::"):
            stopped = line.removeprefix("::stop-commands::")
        elif line.lstrip().startswith("::") or "##[" in line:
            found.append(line)
    return found


POOL = """Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolTier: ESSENTIALS
      MfaConfiguration: "ON"
      EnabledMfas: [EMAIL_OTP]
      AccountRecoverySetting:
        RecoveryMechanisms: [{Name: admin_only, Priority: 1}]
"""
ERROR = "email-mfa-default-sender"
# A defect that is worth a warning.
WARNING = """Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: quiet
      Schema: [{Name: shoe_size, Mutable: true}]
"""
HOSTILE = POOL.replace("  Pool:", '  "::error file=x::Pool\\n::error::x ##[add-mask]y `touch PWNED`":')


class Cases:
    """The table of cases. Each makes a repository, runs the action, and says what it must leave behind."""

    def __init__(self, binary):
        self.binary, self.failures = str(binary), 0

    def case(self, what, files, inputs, check, environment=None, failing=(), action=PROJECT, own_binary=True):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
            for path, text in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
            given = {"bin": self.binary, **inputs} if own_binary else inputs
            run = Run(action, folder, given, environment, failing)
            wrong = [name for name, holds in check(run, folder).items() if not holds]
        self.failures += bool(wrong)
        print(f"{what:66} {'ok' if not wrong else 'WRONG: ' + ', '.join(wrong)}")
        if wrong:
            print("    " + run.log.replace("\n", "\n    "), run.outputs, run.used, run.summary)


def annotations_and_summary(run, _folder):
    mine = commands(run.log)
    return {
        "red": run.failed,
        "exit code": run.outputs["exit-code"] == "1",
        "counts": (run.outputs["findings"], run.outputs["errors"], run.outputs["warnings"]) == ("1", "1", "0"),
        "annotation": [line.startswith("::error file=auth/pool.yaml,line=2,") for line in mine] == [True],
        "summary": f"[{ERROR}](" in run.summary and "auth/pool.yaml:2:" in run.summary,
        "version": re.fullmatch(r"\d+\.\d+\.\d+", run.outputs["version"]) is not None,
        "json": run.outputs["json-file"].endswith("coglint.json"),
        "nothing used": run.used == [],
    }


def run_cases(cases):
    pool = {"auth/pool.yaml": POOL}
    cases.case("annotations, summary, outputs, a red check", pool, {}, annotations_and_summary)
    quiet = {"annotations": "false", "summary": "false"}
    cases.case(
        "neither annotations nor summary", pool, quiet, lambda run, _: {"none": not commands(run.log) and not run.summary, "red": run.failed}
    )
    for files, level, code in [
        (pool, "", "1"), (pool, "error", "1"), (pool, "warning", "1"), (pool, "note", "1"), (pool, "never", "0"),
        ({"p.yaml": WARNING}, "", "0"), ({"p.yaml": WARNING}, "error", "0"), ({"p.yaml": WARNING}, "warning", "1"),
        ({"p.yaml": WARNING}, "note", "1"), ({"p.yaml": WARNING}, "never", "0"), (pool, "sometimes", "2"),
    ]:
        what = f"fail-on {level or '(none)'} with {'an error' if files is pool else 'a warning'}"
        check = lambda run, _, code=code: {"code": run.outputs["exit-code"] == code, "colour": run.failed == (code != "0")}
        cases.case(what, files, {"fail-on": level}, check)
    cases.case("a clean folder is green", {"a.txt": ""}, {}, lambda run, _: {"green": not run.failed, "zero": run.outputs["findings"] == "0"})
    cases.case("a path that is not there", pool, {"paths": "no/where"}, lambda run, _: {"two": run.outputs["exit-code"] == "2", "red": run.failed})
    cases.case("a folder that is not there", pool, {"working-directory": "no"}, lambda run, _: {"red": run.failed})
    named = {"auth/pool.yaml": POOL, "b.yaml": POOL}
    cases.case("paths, one on each line", named, {"paths": "b.yaml\n\n"}, lambda run, _: {"one": run.outputs["findings"] == "1"})
    below = lambda run, _: {"seen from the root": "file=auth/pool.yaml," in run.log, "one": run.outputs["findings"] == "1"}
    cases.case("working-directory", named, {"working-directory": "auth"}, below)
    known = {**pool, "soft.toml": f'[rules]\n{ERROR} = "off"\n'}
    cases.case("config", known, {"config": "soft.toml"}, lambda run, _: {"green": not run.failed})
    cases.case("args, one on each line", pool, {"args": f"--ignore\n{ERROR}"}, lambda run, _: {"green": not run.failed})
    cases.case("a baseline that is not there", pool, {"baseline": "b.json"}, lambda run, _: {"two": run.outputs["exit-code"] == "2"})
    cases.case("changed-since an unknown revision", pool, {"changed-since": "HEAD^1"}, lambda run, _: {"two": run.outputs["exit-code"] == "2"})

    written = lambda run, folder: {
        "written": "2.1.0" in (folder / "a b.sarif").read_text(),
        "output": run.outputs["sarif-file"] == f"{folder}/a b.sarif",
        "not uploaded": run.used == [],
    }
    cases.case("sarif-file", pool, {"sarif-file": "a b.sarif"}, written)
    uploaded = lambda run, _: {"uploaded": [use.split("@")[0] for use, _ in run.used] == ["github/codeql-action/upload-sarif"], "red after it": run.failed}
    cases.case("upload-sarif", pool, {"upload-sarif": "true"}, uploaded)
    refused = lambda run, _: {"notice": "::notice title=coglint::The SARIF file was not uploaded" in run.log, "red for the finding": run.failed}
    cases.case("an upload that is refused", pool, {"upload-sarif": "true"}, refused, failing=["github/codeql-action"])

    evil = "x; touch PWNED #$(touch PWNED)`touch PWNED`\"'\n--output\nhuman=PWNED\n$(touch PWNED)"
    for name in ["paths", "working-directory", "config", "fail-on", "annotations", "summary", "baseline", "changed-since", "sarif-file", "upload-sarif", "version"]:
        cases.case(f"nothing in `{name}` runs", pool, {name: evil}, lambda run, folder: {"inert": not (folder / "PWNED").exists()})
    inert = lambda run, folder: {"inert": not (folder / "PWNED").exists(), "two": run.outputs["exit-code"] == "2"}
    cases.case("nothing in `args` runs", pool, {"args": "x; touch PWNED\n$(touch PWNED)\n`touch PWNED`"}, inert)
    hostile = lambda run, folder: {
        "inert": not (folder / "PWNED").exists(),
        "own commands only": all(line.startswith("::error file=a%3A%3Aerror x.yaml,") for line in commands(run.log)),
        "red": run.failed,
    }
    cases.case("a template and a file name give the runner no command", {"a::error x.yaml": HOSTILE}, {}, hostile)


def release_cases(cases):
    """The download, with a curl of our own: it copies an archive."""
    version = re.search(r'^version = "(.*)"$', (PROJECT / "Cargo.toml").read_text(), re.M)[1]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        action = scratch / "action"
        action.mkdir()
        for file in ("action.yml", "Cargo.toml"):
            shutil.copy(PROJECT / file, action)
        name = f"coglint-v{version}-x86_64-unknown-linux-musl"
        (scratch / name).mkdir()
        shutil.copy(cases.binary, scratch / name / "coglint")
        archive = scratch / f"{name}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(scratch / name, name)
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        fake = scratch / "bin"
        fake.mkdir()
        (fake / "curl").write_text(
            f'#!/bin/bash\nwhile [ "$#" -gt 1 ]; do if [ "$1" = --output ]; then out=$2; fi; shift; done\n'
            f'[ "$1" = "https://github.com/coglint/coglint/releases/download/v{version}/{name}.tar.gz" ] && cp "{archive}" "$out"\n'
        )
        (fake / "curl").chmod(0o755)
        path = {"PATH": f"{fake}:{os.environ['PATH']}"}

        def case(what, table, inputs, check):
            (action / "releases.txt").write_text(table)
            cases.case(what, {"auth/pool.yaml": POOL}, inputs, check, path, (), action, own_binary=False)

        known = f"# releases\n{version} x86_64-unknown-linux-musl {digest}\n"
        case("a release that the table knows is downloaded", known, {}, annotations_and_summary)
        other = known.replace(digest, "0" * 64)
        case("another digest is refused", other, {}, lambda run, _: {"red": run.failed, "says so": "is not the archive that was released" in run.log})
        for none in ["latest", f"{version}\nx", f"{version}; touch PWNED"]:
            refused = lambda run, folder: {"red": run.failed, "says so": "is no version" in run.log, "inert": not (folder / "PWNED").exists()}
            case(f"{none!r} is no version", known, {"version": none}, refused)
        case("an unknown release is refused", known, {"version": "9.9.9"}, lambda run, _: {"red": run.failed, "says so": "knows no release 9.9.9" in run.log})


def build_case(cases):
    """The action's own build, from its checkout."""
    check = lambda run, folder: {
        **{name: holds for name, holds in annotations_and_summary(run, folder).items() if name != "nothing used"},
        "cached": [use.split("@")[0] for use, _ in run.used] == ["actions/cache"] and bool(run.used[0][1]["key"]),
    }
    cases.case("built from the action's own checkout", {"auth/pool.yaml": POOL}, {}, check, own_binary=False)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("--build", action="store_true")
    arguments = arguments.parse_args()
    cases = Cases(arguments.binary.resolve())
    run_cases(cases)
    release_cases(cases)
    if arguments.build:
        build_case(cases)
    print("all as expected" if not cases.failures else f"{cases.failures} failed")
    sys.exit(bool(cases.failures))


if __name__ == "__main__":
    main()
