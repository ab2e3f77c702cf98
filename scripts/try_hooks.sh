#!/usr/bin/env bash
# Tries the hooks of .pre-commit-hooks.yaml, as committed, with pre-commit and prek, on a throw-away repository of three
# stacks. By hand:
#
#     cargo build && scripts/try_hooks.sh target/debug
#
# The folder holds the coglint that the hook `coglint-system` finds on the PATH. Needs git, cargo, pre-commit and prek. The
# hooks of `language: rust` build coglint as a user's machine would, in release: that takes minutes of all cores, so nothing is
# optimized here, and what cargo built for the first hook serves the others.
set -euo pipefail
binaries=$(cd "${1:?usage: try_hooks.sh FOLDER_OF_COGLINT}" && pwd)
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
export PATH="$binaries:$PATH" TMPDIR="$scratch/tmp" PRE_COMMIT_HOME="$scratch/pre-commit" PREK_HOME="$scratch/prek"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$scratch/target}" CARGO_PROFILE_RELEASE_LTO=off
export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 CARGO_PROFILE_RELEASE_OPT_LEVEL=0
export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=t GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=t@example.org
mkdir "$TMPDIR"

# Three stacks: the pool imports the role of the second one, the third has nothing to do with them.
repository=$scratch/repository
mkdir -p "$repository"/stacks/{auth,sms,web}
cd "$repository"
git init --quiet
cat >stacks/auth/pool.yaml <<'YAML'
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      MfaConfiguration: "OPTIONAL"
      EnabledMfas: [SMS_MFA, SOFTWARE_TOKEN_MFA]
      AutoVerifiedAttributes: [email]
      AccountRecoverySetting:
        RecoveryMechanisms: [{Name: verified_email, Priority: 1}]
      SmsConfiguration:
        SnsCallerArn: !ImportValue sms-role-arn
        ExternalId: shop
YAML
roles() {
  cat >stacks/sms/roles.yaml <<YAML
Resources:
  Role:
    Type: AWS::IAM::Role
    DeletionPolicy: Retain
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: cognito-idp.amazonaws.com}
            Action: sts:AssumeRole
            Condition: {StringEquals: {'sts:ExternalId': shop}}
      Policies:
        - PolicyName: sms
          PolicyDocument: {Statement: [{Effect: Allow, Action: 'sns:Publish', Resource: '$1'}]}
Outputs:
  RoleArn: {Value: !GetAtt Role.Arn, Export: {Name: sms-role-arn}}
YAML
}
printf 'Resources:\n  Site: {Type: AWS::S3::Bucket}\n' >stacks/web/site.yaml
defect=sms-role-cannot-publish

failures=0
# says WHAT EXPECTED_EXIT_CODE PATTERN COMMAND...: the pattern must be printed; one that begins with `!` must not.
says() {
  local what=$1 expected=$2 pattern=$3 code=0 verdict=ok printed
  shift 3
  printed=$("$@" 2>&1) || code=$?
  [ "$code" = "$expected" ] || verdict="exit code $code instead of $expected"
  if [ "${pattern#!}" != "$pattern" ]; then
    ! grep -qF -- "${pattern#!}" <<<"$printed" || verdict="says ${pattern#!}"
  else
    grep -qF -- "$pattern" <<<"$printed" || verdict="does not say $pattern"
  fi
  printf '%-70s %s\n' "$what" "$verdict"
  [ "$verdict" = ok ] || { failures=$((failures + 1)); printf '%s\n' "$printed" | sed 's/^/    /'; }
}

# three TOOL HOOK COMMAND...: the command runs the hook; `--all-files` may follow.
three() {
  local what="$1 $2"
  shift 2
  roles '*'
  git add . && git commit --quiet --allow-empty --message good
  says "$what: a good project passes" 0 "!$defect" "$@" --all-files
  roles 'arn:aws:sns:*:*:*'
  git add stacks/sms/roles.yaml
  says "$what: only the role is staged, the pool's defect is found" 1 stacks/auth/pool.yaml "$@"
  git commit --quiet --message defect
  says "$what: a defect fails" 1 "$defect" "$@" --all-files
  roles '*'
  git add .
  says "$what: mended, it passes" 0 "!$defect" "$@"
  git commit --quiet --message mended
}

says 'pre-commit validate-manifest' 0 '' pre-commit validate-manifest "$project/.pre-commit-hooks.yaml"
three 'pre-commit try-repo' coglint-system pre-commit try-repo "$project" coglint-system --verbose
three 'prek try-repo' coglint-system prek try-repo "$project" coglint-system --verbose

roles 'arn:aws:sns:*:*:*'
git add .
says 'pre-commit try-repo coglint-src: built, a defect fails' 1 "$defect" pre-commit try-repo "$project" coglint-src --all-files
git reset --quiet --hard

# From here on as users have it: in a configuration, at a revision. What was built is kept.
cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: $project
    rev: $(git -C "$project" rev-parse HEAD)
    hooks: [{id: coglint-src}, {id: coglint-all}]
YAML
for tool in pre-commit prek; do
  for hook in coglint-src coglint-all; do
    three "$tool run" "$hook" "$tool" run "$hook" --verbose
  done
done

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo 'all as expected'
