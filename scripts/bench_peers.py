#!/usr/bin/env python3
"""bench_peers.py [--coglint BINARY] [--runs N] [--load FOLDER] [--scale]

Builds a load, runs coglint and whichever peers are installed side by side on it, and prints CPU seconds (the least of N runs,
user and system), peak memory, and ratios to coglint. Wall time is not shown: on a shared machine it says little.

Peers, where they are on the PATH: cfn-guard (two rules), cfn-lint, checkov, trivy. AWS's validator, where Python finds its
module cloudformation_validate.
--load   a folder with cfn/ (templates) and tf/ (Terraform trees) of your own instead of the synthetic ones
--scale  instead of peers: how coglint's cost grows, with the exponents fitted to the figures
Needs Python's standard library, on Linux or macOS. Deterministic: no clock, no randomness in the load.
"""
import argparse
import importlib.util
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GUARD_RULES = """\
rule mfa_is_on when Resources.*[ Type == 'AWS::Cognito::UserPool' ] !empty {
  Resources.*[ Type == 'AWS::Cognito::UserPool' ].Properties.MfaConfiguration IN ['ON', 'OPTIONAL']
}
rule trust_is_there when Resources.*[ Type == 'AWS::IAM::Role' ] !empty {
  Resources.*[ Type == 'AWS::IAM::Role' ].Properties.AssumeRolePolicyDocument exists
}
"""

VALIDATOR = """\
import sys
import cloudformation_validate
engine = cloudformation_validate.CompositeEngine()
for path in sys.argv[1:]:
    try:
        engine.validate_template(path)
    except Exception:
        pass  # A template that it refuses is one of its findings.
"""


def statement(**fields):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **fields}]}


def pool(number, suffix=""):
    """A user pool with its role and a client; one role in three may not publish, one external id in four differs."""
    reference = {"Ref": "ExternalId"}
    trust = statement(
        Principal={"Service": "cognito-idp.amazonaws.com"},
        Action="sts:AssumeRole",
        Condition={"StringEquals": {"sts:ExternalId": reference}},
    )
    action = "sns:Publish" if number % 3 else "logs:PutLogEvents"
    policy = {"PolicyName": "sms", "PolicyDocument": statement(Action=action, Resource="*")}
    sms = {
        "SnsCallerArn": {"Fn::GetAtt": [f"Role{suffix}", "Arn"]},
        "ExternalId": reference if number % 4 else "other",
    }
    return {
        f"Role{suffix}": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": trust, "Policies": [policy]},
        },
        f"Pool{suffix}": {
            "Type": "AWS::Cognito::UserPool",
            "Properties": {"MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA"], "SmsConfiguration": sms},
        },
        f"Client{suffix}": {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {"UserPoolId": {"Ref": f"Pool{suffix}"}, "AllowedOAuthScopes": ["openid"]},
        },
    }


def filler(number):
    return {
        f"Topic{number}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": f"topic {number}"}},
        f"Queue{number}": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": number % 900}},
    }


def template(number, pools=1, fillers=0):
    resources = {}
    for at in range(pools):
        resources.update(pool(number + at, str(at) if pools > 1 else ""))
    for at in range(fillers):
        resources.update(filler(at))
    parameters = {"ExternalId": {"Type": "String", "Default": f"ext-{number}"}}
    return {"Parameters": parameters, "Resources": resources}


def yaml_lines(node, indent=0):
    """Block YAML; scalars in JSON's quotes, which YAML reads alike."""
    blanks = "  " * indent
    entries = node.items() if isinstance(node, dict) else ((None, value) for value in node)
    for key, value in entries:
        head = f"{blanks}- " if key is None else f"{blanks}{json.dumps(key) if ':' in key else key}:"
        if isinstance(value, (dict, list)) and value:
            body = list(yaml_lines(value, indent + 1))
            if key is None:
                yield head + body[0].lstrip()
                yield from body[1:]
            else:
                yield head
                yield from body
        else:
            yield f"{head.rstrip()} {json.dumps(value)}"


def terraform(number):
    action = "sns:Publish" if number % 3 else "logs:PutLogEvents"
    external_id = "var.external_id" if number % 4 else '"other"'
    return f"""\
variable "external_id" {{
  default = "ext-{number}"
}}
data "aws_iam_policy_document" "sms" {{
  statement {{
    actions   = ["{action}"]
    resources = ["*"]
  }}
}}
resource "aws_iam_role" "sms" {{
  name = "sms-{number}"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Service = "cognito-idp.amazonaws.com" }}
      Action    = "sts:AssumeRole"
      Condition = {{ StringEquals = {{ "sts:ExternalId" = var.external_id }} }}
    }}]
  }})
}}
resource "aws_iam_role_policy" "sms" {{
  role   = aws_iam_role.sms.id
  policy = data.aws_iam_policy_document.sms.json
}}
resource "aws_cognito_user_pool" "this" {{
  name              = "pool-{number}"
  mfa_configuration = "ON"
  sms_configuration {{
    sns_caller_arn = aws_iam_role.sms.arn
    external_id    = {external_id}
  }}
}}
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_templates(folder, count, fillers=10):
    for number in range(count):
        tree = template(number, fillers=fillers)
        if number % 2:
            write(folder / f"t{number:05}.json", json.dumps(tree, indent=1))
        else:
            write(folder / f"t{number:05}.yaml", "\n".join(yaml_lines(tree)) + "\n")


def write_load(folder):
    write(folder / "one" / "stack.yaml", "\n".join(yaml_lines(template(1))) + "\n")
    write_templates(folder / "cfn", 1000)
    for number in range(1000):
        write(folder / "tf" / f"{number:04}" / "main.tf", terraform(number))
    write(folder / "two-rules.guard", GUARD_RULES)


def measure(command, runs):
    """The least CPU seconds and the greatest peak memory in MiB; None when the tool cannot be run."""
    best, peak = math.inf, 0.0
    for _ in range(runs):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
            code = subprocess.run(command, check=False, **quiet).returncode
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            unit = 1024 * 1024 if sys.platform == "darwin" else 1024
            os.write(writer, json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / unit, code]).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as answer:
            seconds, memory, code = json.loads(answer.read() or "[0, 0, -1]")
        os.waitpid(child, 0)
        if code < 0:
            return None
        best, peak = min(best, seconds), max(peak, memory)
    return best, peak


def peers(folder, what):
    """The peers' commands for a part of the load."""
    target = folder / what
    files = [str(path) for path in sorted(target.rglob("*")) if path.is_file()]
    if what == "tf":
        yield "checkov", ["checkov", "--quiet", "--compact", "--skip-download", "-d", str(target)]
        yield "trivy", ["trivy", "config", "--quiet", "--skip-check-update", str(target)]
        return
    yield "cfn-guard", ["cfn-guard", "validate", "-r", str(folder / "two-rules.guard"), "-d", str(target)]
    if importlib.util.find_spec("cloudformation_validate"):
        yield "validator", [sys.executable, "-c", VALIDATOR, *files]
    yield "cfn-lint", ["cfn-lint", "--", *files]
    yield "checkov", ["checkov", "--quiet", "--compact", "--skip-download", "--framework", "cloudformation", "-d", str(target)]


def compare(coglint, folder, runs):
    for what in ["one", "cfn", "tf"]:
        print(f"\n{what}: {sum(path.is_file() for path in (folder / what).rglob('*'))} files")
        command = [coglint, "check", "--threads", "1", "--isolated", "--format", "json", str(folder / what)]
        own = measure(command, runs)
        if own is None:
            sys.exit(f"{coglint} cannot be run")
        print(f"  {'coglint':<10} {own[0]:8.3f} CPU s {own[1]:8.1f} MiB")
        for name, command in peers(folder, what):
            found = measure(command, 1 if what != "one" else runs) if shutil.which(command[0]) else None
            if found is None:
                print(f"  {name:<10} not installed")
            else:
                print(f"  {name:<10} {found[0]:8.3f} CPU s {found[1]:8.1f} MiB   coglint takes {own[0] / found[0]:.3f} of it")


def exponent(points):
    """The slope of a straight line through the logarithms of size and cost beyond that of the smallest size."""
    base = points[0][1]
    logs = [(math.log(size), math.log(cost - base)) for size, cost in points[1:] if cost > base]
    if len(logs) < 2:
        return math.nan
    mean_x, mean_y = (sum(pair[at] for pair in logs) / len(logs) for at in (0, 1))
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def own_rules(folder, count):
    for number in range(count):
        write(
            folder / f"own-{number}.rhai",
            f'//! Rule {number}\nrule "own-{number}" #{{ level: "note" }} for user_pool |pool| {{\n'
            f'    require pool.mfa != "OFF" || {number} < 0 else "MFA is off" at pool.at("mfa");\n}}\n',
        )


def scale(coglint, runs):
    def series(title, sizes, prepare):
        points = []
        for size in sizes:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                arguments = prepare(folder, size)
                cost = measure([coglint, "check", "--isolated", "--format", "json", *arguments, str(folder / "load")], runs)
            if cost is None:
                sys.exit(f"{coglint} cannot be run")
            points.append((size, cost[0]))
            print(f"  {title} {size:>6}: {cost[0]:8.3f} CPU s {cost[1]:8.1f} MiB", flush=True)
        print(f"  exponent {exponent(points):.2f}")

    def templates(folder, size):
        write_templates(folder / "load", size)
        return []

    def resources(pools_each):
        def prepare(folder, size):
            pools = max(1, size // 30) if pools_each else 1
            tree = template(1, pools=pools, fillers=max(0, size - 3 * pools) // 2)
            write(folder / "load" / "template.json", json.dumps(tree))
            return []

        return prepare

    def rules(folder, size):
        write_templates(folder / "load", 100)
        own_rules(folder / "own", size)
        return ["--rules", str(folder / "own")]

    series("templates", [1, 10, 100, 1000, 10000], templates)
    series("resources around one pool", [1, 10, 100, 1000, 10000], resources(False))
    series("resources, one pool in thirty", [1, 10, 100, 1000, 10000], resources(True))
    series("own rules on 100 templates", [1, 10, 50, 100, 200], rules)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coglint", default="coglint")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--load")
    parser.add_argument("--scale", action="store_true")
    arguments = parser.parse_args()
    coglint = shutil.which(arguments.coglint) or sys.exit(f"{arguments.coglint}: no such program")
    coglint = str(Path(coglint).resolve())
    if arguments.scale:
        return scale(coglint, arguments.runs)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_load(folder)
        if arguments.load:
            for part in ["cfn", "tf"]:
                shutil.rmtree(folder / part)
                shutil.copytree(Path(arguments.load) / part, folder / part)
        compare(coglint, folder, arguments.runs)


if __name__ == "__main__":
    main()
