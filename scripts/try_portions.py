"""Hands 4,000 templates to coglint in portions, as pre-commit does when a command line would be too long, and compares what
the portions report together with what one run over the folder reports. By hand:

    cargo build && python3 scripts/try_portions.py target/debug/coglint

Half of the templates are pools, the other half their roles, which the pools import: nearly every finding needs two files, and
the two are seldom in one portion.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

COUNT = 4000
# pre-commit's limit on Linux, and its way to count: https://github.com/pre-commit/pre-commit, xargs.py
MOST_BYTES = 128 * 1024 - 2048

POOL = """Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      SmsConfiguration: {{SnsCallerArn: !ImportValue 'role-{at}', ExternalId: pool-{at}}}
"""
ROLE = """Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {{Service: cognito-idp.amazonaws.com}}
            Action: sts:AssumeRole
            Condition: {{StringEquals: {{'sts:ExternalId': pool-{at}}}}}
Outputs:
  Arn: {{Value: !GetAtt Role.Arn, Export: {{Name: role-{at}}}}}
"""


def portions(names):
    portion, size = [], 0
    for name in names:
        if size + len(name) + 1 > MOST_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(name)
        size += len(name) + 1
    yield portion


def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / ".git").mkdir()
        names = []
        for at in range(COUNT // 2):
            # Pools from the front, roles from the back: a pool and its role are in different portions.
            for name, text in [(f"services/team-{at:04}/pool-of-the-users.yaml", POOL), (f"roles/sms/role-{COUNT - at:04}/template.yaml", ROLE)]:
                path = root / name
                path.parent.mkdir(parents=True)
                path.write_text(text.format(at=at))
                names.append(name)

        def findings(paths):
            start = time.monotonic()
            done = subprocess.run([binary, "check", "--force-exclude", "--format", "concise", "--", *paths], cwd=root, capture_output=True, check=False)
            assert done.returncode == 1 and not done.stderr, done.stderr
            lines = done.stdout.decode().splitlines()
            print(f"{len(paths)} paths: {len(lines)} findings in {time.monotonic() - start:.1f} s", flush=True)
            return set(lines)

        whole = findings(["."])
        parts = list(portions(sorted(names)))
        together = set().union(*map(findings, parts))
    assert len(parts) > 1 and len(whole) >= COUNT // 2
    print(f"{len(parts)} portions: {'the same findings' if together == whole else 'OTHER FINDINGS'}")
    sys.exit(together != whole)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
