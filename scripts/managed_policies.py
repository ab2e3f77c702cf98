#!/usr/bin/env python3
"""Regenerates src/iam/data/: what AWS managed policies say about the actions that coglint asks about.

    pip install moto==5.2.5 && python3 scripts/managed_policies.py

The policies are AWS's own, as moto carries them (moto/iam/aws_managed_policies.py). Only derived facts are kept: the
statements that reach one of the actions, cut down to what can matter for it, and the names of all policies.
A development tool; nothing in the product runs it.
"""

import datetime
import json
import pathlib
import re

import moto
from moto.iam.aws_managed_policies import aws_managed_policies_data

ACTIONS = ["sns:Publish", "sms-voice:SendTextMessage"]
DATA = pathlib.Path(__file__).resolve().parent.parent / "src" / "iam" / "data"


def as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def matches(pattern, action):
    """An action pattern: `*` any run, `?` one character, upper and lower case alike."""
    regex = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(regex, action, re.IGNORECASE) is not None


def reached(statement):
    if "NotAction" in statement:
        excluded = as_list(statement["NotAction"])
        return [action for action in ACTIONS if not any(matches(pattern, action) for pattern in excluded)]
    return [action for action in ACTIONS if any(matches(pattern, action) for pattern in as_list(statement["Action"]))]


def cut(statement):
    kept = {"Effect": statement["Effect"], "Action": reached(statement)}
    resources = as_list(statement.get("Resource"))
    if "*" in resources:
        kept["Resource"] = "*"
    elif resources:
        # ARNs of other services cover neither a phone number nor an origination identity.
        kept["Resource"] = [arn for arn in resources if re.match(r"arn:[^:]*:(sns|sms-voice|[^:]*[*?])", arn)]
    if "NotResource" in statement:
        kept["NotResource"] = statement["NotResource"]
    if statement.get("Condition"):
        kept["Condition"] = statement["Condition"]
    return kept


def main():
    policies = json.loads(aws_managed_policies_data)
    newest = max(policy["UpdateDate"] for policy in policies.values())[:10]
    header = (
        f"# source: moto {moto.__version__}, {len(policies)} policies\n"
        f"# newest: {newest}\n"
        f"# generated: {datetime.date.today()} by scripts/managed_policies.py\n"
    )
    rows = []
    for name, policy in policies.items():
        statements = [cut(s) for s in as_list(policy["Document"]["Statement"]) if reached(s)]
        if statements:
            document = {"Version": policy["Document"]["Version"], "Statement": statements}
            rows.append(f"{policy['Path'][1:]}{name} {json.dumps(document, separators=(',', ':'))}\n")
    names = sorted(f"{policy['Path'][1:]}{name}\n" for name, policy in policies.items())
    DATA.joinpath("managed-statements.txt").write_text(header + "".join(sorted(rows)))
    DATA.joinpath("managed-names.txt").write_text(header + "".join(names))
    print(f"{len(names)} policies, {len(rows)} of them reach {' or '.join(ACTIONS)}")


if __name__ == "__main__":
    main()
