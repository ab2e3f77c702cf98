#!/usr/bin/env bash
# hostile.sh COGLINT [FOLDER]   runs a coglint binary on inputs made to exhaust it (hostile_inputs.py writes them to FOLDER, a
# temporary one without; 450 MB), and prints for each: exit code, CPU seconds, MiB of memory, whether the defect in the sound file
# beside it was found, and the first word about the input itself. Fails when one crashed, took more than 20 CPU seconds or 1 GiB,
# or cost the sound file its finding. Needs python3 and GNU time.
set -uo pipefail
coglint=$(realpath "${1:?usage: hostile.sh COGLINT [FOLDER]}")
scripts=$(cd "$(dirname "$0")" && pwd)
folder=${2:-$(mktemp -d)}
[ -d "$folder/cfn-foreach" ] || python3 "$scripts/hostile_inputs.py" "$folder"
measured=$(mktemp)
failed=0
printf '%-24s %4s %8s %6s %6s  %s\n' input exit seconds MiB found said
for input in "$folder"/*/; do
    name=$(basename "$input")
    out=$(cd "$input" && ulimit -t 60 -v 4194304 && /usr/bin/time -f '%U %S %M' -o "$measured" "$coglint" check --isolated --format concise 2>&1)
    code=$?
    read -r user system memory < <(tail -n 1 "$measured")
    found=$(grep -c '^good.yaml:6:' <<<"$out")
    said=$(grep -v '^good.yaml' <<<"$out" | grep -m 1 -E '^[^ ]+: |^[^ ]+:[0-9]+:' | cut -c 1-110)
    seconds=$(awk "BEGIN { print $user + $system }")
    printf '%-24s %4s %8.2f %6d %6s  %s\n' "$name" "$code" "$seconds" $((memory / 1024)) "$found" "$said"
    if [ "$code" -ne 1 ] || [ "$found" -eq 0 ] || [ "${seconds%.*}" -ge 20 ] || [ "$memory" -ge 1048576 ]; then failed=1; fi
done
rm -f "$measured"
[ -n "${2:-}" ] || rm -rf "$folder"
exit "$failed"
