#!/usr/bin/env python3
"""Asks Terraform for the plan of every Terraform fixture of the rules, and writes testdata/plans/<rule>.jsonl.

    python3 scripts/plan_fixtures.py [RULE...]

Each line is one case of testdata/rules/<rule>/: its sources, and the plan, or what Terraform refused it with. The fixtures become
the modules of one configuration, because starting the provider takes longer than planning all of them; each module is then cut out
of the whole plan as if it had been the root. Needs terraform and the provider hashicorp/aws; asks no AWS for anything.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ONLY = set(sys.argv[1:])
RULES, PLANS = HERE / "testdata/rules", HERE / "testdata/plans"
OFFLINE = """
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
"""


ACCOUNTS = re.compile(r"^ *allowed_account_ids *= *(\[.*\])$", re.M)


def cases():
    """Every case in HCL: rule, name of the case, files by path."""
    for rule in sorted(RULES.iterdir()):
        if ONLY and rule.name not in ONLY:
            continue
        for case in sorted(rule.iterdir()):
            if case.suffix == ".tf":
                yield rule.name, case.name, {case.name: case.read_text()}
            elif case.is_dir():
                files = {str(f.relative_to(case)): f.read_text() for f in sorted(case.rglob("*")) if f.is_file()}
                if any(name.endswith(".tf") for name in files) and all(re.search(r"\.(tf|tfvars|json)$", f) for f in files):
                    yield rule.name, case.name, files


def terraform(folder, *arguments):
    env = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return subprocess.run(["terraform", f"-chdir={folder}", *arguments], capture_output=True, text=True, env=env)


def configuration(root, modules):
    calls = "".join(f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in sorted(modules))
    (root / "main.tf").write_text(f'provider "aws" {{\n  region = "us-east-1"\n{OFFLINE}}}\n{calls}')


def unfit(text):
    """Why a case cannot be a module of the one configuration."""
    if re.search(r'^(resource|data) "(?!aws_|terraform_data)|^ *source *= *"(?!hashicorp/aws|[.])', text, re.M):
        return "needs more than the provider hashicorp/aws"
    blocks = re.findall(r'^variable "[^"]+" (\{\}|\{.*?^\})', text, re.M | re.S)
    if any("default" not in block for block in blocks):
        return "a variable without a value"
    if re.search(r'^data "aws_(?!iam_policy_document|partition|region)', text, re.M):
        return "a data source that asks AWS"
    return None


def refused(output, modules):
    """Which modules Terraform's errors are about, each with the first error's summary."""
    found = {}
    for error in re.split(r"\n(?=.?.?Error: )", "\n" + output):
        if (summary := re.search(r"Error: (.+)", error)) is None:
            continue
        for name in re.findall(r"\b(case_\d+)\b", error):
            if name in modules:
                found.setdefault(name, summary.group(1))
    return found


def cut(plan, module, text):
    """A module of a plan, as if it had been the root."""
    prefix = f"module.{module}."
    own = lambda text: text.removeprefix(prefix)

    def relocated(value):
        if isinstance(value, dict):
            out = {}
            for key, inner in value.items():
                if key in ("address", "module_address"):
                    if inner == f"module.{module}":
                        continue
                    inner = own(inner)
                elif key == "provider_config_key":
                    inner = inner.split(":")[-1] if inner.startswith(f"module.{module}:") else inner.removeprefix(prefix)
                elif key not in ("after", "before", "constant_value"):
                    inner = relocated(inner)
                out[key] = inner
            return out
        return [relocated(item) for item in value] if isinstance(value, list) else value

    changes = [c for c in plan.get("resource_changes", []) if (c["address"] + ".").startswith(prefix)]
    call = plan["configuration"]["root_module"]["module_calls"][module]["module"]
    providers = {}
    for key, provider in plan["configuration"].get("provider_config", {}).items():
        provider = {k: v for k, v in provider.items() if k != "module_address"}
        expressions = provider.get("expressions", {})
        provider["expressions"] = {k: v for k, v in expressions.items() if k in ("region", "assume_role")}
        if key == "aws":
            if 'provider "aws"' not in text:  # then the Region is the environment's business
                provider["expressions"] = {}
            providers.setdefault(key, provider)
        elif key.startswith(f"module.{module}:"):
            providers[key.split(":")[-1]] = provider
    # The fixtures that name accounts do so in their only provider.
    if accounts := ACCOUNTS.search(text):
        providers["aws"]["expressions"]["allowed_account_ids"] = {"constant_value": json.loads(accounts.group(1))}
    return {
        "format_version": plan["format_version"],
        "terraform_version": plan["terraform_version"],
        "resource_changes": relocated(changes),
        "configuration": {"provider_config": providers, "root_module": relocated(call)},
    }


def main():
    named = {f"case_{at:03}": case for at, case in enumerate(cases())}
    lines, errors = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, (_, _, files) in named.items():
            for path, text in files.items():
                path = root / name / path
                path.parent.mkdir(parents=True, exist_ok=True)
                # Without an account to ask, the provider refuses to compare it.
                text = re.sub(ACCOUNTS, "", text)
                path.write_text(re.sub(r'(provider "aws" \{)\n', lambda m: m.group(1) + OFFLINE, text))
        for name, (_, _, files) in named.items():
            if reason := unfit("\n".join(files.values())):
                errors[name] = reason
        waiting = set(named) - set(errors)
        for step in ["init", "plan"]:
            for _ in range(12):
                configuration(root, waiting)
                if step != "init":
                    terraform(root, "get", "-no-color")
                extra = ["-input=false"] if step == "init" else ["-input=false", "-refresh=false", "-out=plan.bin"] if step == "plan" else []
                done = terraform(root, step, "-no-color", *extra)
                if done.returncode == 0:
                    break
                wrong = refused(done.stdout + done.stderr, waiting)
                print(step, len(waiting), "refused", len(wrong), file=sys.stderr)
                if not wrong:
                    sys.exit(done.stdout + done.stderr)
                errors |= wrong
                waiting -= set(wrong)
        plan = json.loads(terraform(root, "show", "-json", "plan.bin").stdout)
    for name, (rule, case, files) in named.items():
        entry = {"case": case, "files": files}
        entry |= {"refused": errors[name]} if name in errors else {"plan": cut(plan, name, "\n".join(files.values()))}
        lines.setdefault(rule, []).append(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
    if not ONLY:
        shutil.rmtree(PLANS, ignore_errors=True)
    PLANS.mkdir(exist_ok=True)
    for rule, entries in lines.items():
        (PLANS / f"{rule}.jsonl").write_text("\n".join(entries) + "\n")


main()
