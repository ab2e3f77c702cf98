"""Validates reports against the schemas of their readers: real ones of the projects in testdata, the reviewed ones in
testdata/reports, and those of a template full of names that mean something to somebody. By hand:

    cargo build && python3 scripts/check_reports.py target/debug/coglint SCHEMAS

SCHEMAS is a folder with the schemas, which are other people's work and not kept here:

    sarif-schema-2.1.0.json   github.com/oasis-tcs/sarif-spec          sarif-2.1/schema/
    rdjson.json               github.com/reviewdog/reviewdog           proto/rdf/jsonschema/DiagnosticResult.json
    junit-10.xsd              github.com/jenkinsci/xunit-plugin        src/main/resources/.../xsd/

GitLab publishes no schema of its code quality report, but a table of what it reads: that is GITLAB here. Needs jsonschema and
xmlschema.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import jsonschema
import xmlschema

PROJECT = pathlib.Path(__file__).resolve().parent.parent

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}

HOSTILE = r"""{"Resources": {"::error::x\u001b[31m%0A\n##[add-mask]y](javascript:alert(1))<script>|`]]>\u202e\ud800": {
  "Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolTier": "ESSENTIALS", "MfaConfiguration": "ON", "EnabledMfas": ["EMAIL_OTP"]}}}}
"""


def main(binary, schemas):
    of = lambda name: json.loads((schemas / name).read_text())
    checks = {
        "sarif": jsonschema.Draft7Validator(of("sarif-schema-2.1.0.json")).validate,
        "rdjson": jsonschema.Draft4Validator(of("rdjson.json")).validate,
        "gitlab": jsonschema.Draft7Validator(GITLAB).validate,
        "junit": xmlschema.XMLSchema(str(schemas / "junit-10.xsd")).validate,
    }
    valid = {name: 0 for name in checks}

    def check(format, text):
        checks[format](text if format == "junit" else json.loads(text))
        valid[format] += 1

    for path in sorted((PROJECT / "testdata/reports").iterdir()):
        format = path.name.split(".")[1]
        if format in checks:
            check(format, path.read_text())
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        hostile = scratch / "hostile"
        hostile.mkdir()
        (hostile / "a::error::b %c.json").write_text(HOSTILE)
        # Outside of this repository: inside of it, the whole of it would be their project.
        for project in sorted((PROJECT / "testdata/projects").iterdir()):
            shutil.copytree(project, scratch / project.name)
        for folder in sorted(scratch.iterdir()):
            outputs = [f"--output={format}={folder / format}" for format in checks]
            done = subprocess.run([binary, "check", *outputs, "."], cwd=folder, capture_output=True, check=False)
            assert done.returncode in (0, 1), (folder, done)
            for format in checks:
                check(format, (folder / format).read_text())
    for format, count in valid.items():
        print(f"{format:8} {count} reports are valid")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]))
