#!/usr/bin/env bash
# Runs coglint on Terraform repositories, as a whole and folder by folder, and compares what does not parse with what
# `terraform fmt` refuses. docs/terraform.md holds the figures.
#
#   scripts/terraform_corpus.sh REPOSITORIES [COGLINT]
#
# REPOSITORIES holds one folder for each repository. Needs jq and GNU time; terraform where the comparison is wanted.
set -euo pipefail

repositories=${1:?a folder that holds repositories}
coglint=$(realpath "${2:-$(command -v coglint)}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$repositories"

# Findings, diagnostics and undecided checks as lines of JSON, of a run that may end with 0 or 1, and with 2 for a file that
# does not parse. Anything else is a crash.
check() { # FOLDER REPORT
  local status=0
  timeout 600 "$coglint" check --isolated --undecided --format json "$1" >"$2" 2>"$2.err" || status=$?
  if ((status > 2)) || grep -q 'panicked' "$2.err"; then
    echo "crash ($status): $1" | tee -a "$work/crashes"
  fi
}

printf '%-58s %7s %8s %7s %7s %9s %9s %9s\n' repository files folders wall_s cpu_s peak_MiB errors findings
for repository in */; do
  repository=${repository%/}
  find "$repository" -type f \( -name '*.tf' -o -name '*.tf.json' -o -name '*.tofu' \) >"$work/files"
  xargs -rd '\n' dirname <"$work/files" | sort -u >"$work/folders"

  export -f check
  export coglint work
  /usr/bin/time -f '%e %U %S %M' -o "$work/time" bash -c 'check "$1" "$2"' _ "$repository" "$work/whole.json"
  read -r wall user system peak < <(tail -n 1 "$work/time")

  # Every module folder by itself: what lies around it is not in the input then.
  while IFS= read -r folder; do
    check "$folder" "$work/one.json"
  done <"$work/folders"

  jq -r --arg r "$repository" '.errors[] | [$r, .path, (.line | tostring), .message] | @tsv' "$work/whole.json" \
    >>"$work/errors"
  jq -r --arg r "$repository" '.findings[] | [$r, .level, .rule, .path, (.line | tostring), .message] | @tsv' \
    "$work/whole.json" >>"$work/findings"
  jq -r '.undecided[].because' "$work/whole.json" >>"$work/undecided"
  errors=$(jq '.errors | length' "$work/whole.json")
  findings=$(jq '.findings | length' "$work/whole.json")
  printf '%-58s %7d %8d %7s %7s %9d %9d %9d\n' "$repository" "$(wc -l <"$work/files")" "$(wc -l <"$work/folders")" \
    "$wall" "$(echo "$user $system" | awk '{ print $1 + $2 }')" $((peak / 1024)) "$errors" "$findings"

  if command -v terraform >/dev/null; then
    # Names of files are printed relative to the folder that it is told to look at.
    (cd "$repository" && terraform fmt -recursive -check -write=false -list=false -no-color 2>&1 || true) |
      sed -n 's/^.*  on \(.*\) line [0-9].*$/\1/p' | sort -u | grep -E '\.(tf|tofu)$' | sed "s|^|$repository/|" \
      >>"$work/refused" || true
  fi
done

touch "$work/crashes" "$work/errors" "$work/findings" "$work/undecided" "$work/refused"
echo
echo "crashes: $(wc -l <"$work/crashes")"
echo "files with a syntax error: $(cut -f2 "$work/errors" | grep -cE '\.(tf|tofu)$' || true) diagnostics"
echo "files that terraform fmt refuses: $(wc -l <"$work/refused")"
echo
echo "diagnostics:"
cat "$work/errors"
echo
echo "refused by terraform fmt:"
cat "$work/refused"
echo
echo "findings by level and rule:"
cut -f2,3 "$work/findings" | sort | uniq -c | sort -rn
echo
echo "findings at error level:"
awk -F '\t' '$2 == "error"' "$work/findings"
echo
echo "undecided, by reason:"
sed 's/: .*//' "$work/undecided" | sort | uniq -c | sort -rn | head -n 20
