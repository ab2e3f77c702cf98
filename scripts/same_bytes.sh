#!/usr/bin/env bash
# same_bytes.sh FOLDER [BINARY]   20 runs over the files of FOLDER, with 1 to 8 threads and the files named in another order
# each time: all must print the same bytes, and end with the same exit code. A file that cannot be read as a whole makes that
# code 2, like a mistake on the command line, which prints no report. Needs bash, find, shuf (coreutils).
set -euo pipefail
folder=${1:?usage: same_bytes.sh FOLDER [BINARY]} binary=${2:-coglint}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
run() { # THREADS SEED
  local files code=0
  mapfile -d '' files < <(find "$folder" -type f -print0 | sort -z | shuf -z --random-source=<(yes "$2"))
  "$binary" check --isolated --undecided --format json --threads "$1" "${files[@]}" >"$out" || code=$?
  if ((code > 2)) || [ ! -s "$out" ]; then
    echo "no report: exit $code" >&2
    exit 1
  fi
  echo "exit $code" >>"$out"
}
first=''
for turn in $(seq 20); do
  threads=$(((turn - 1) % 8 + 1))
  run "$threads" "$turn"
  sum=$(sha256sum <"$out")
  printf '%2d  %d threads  %s\n' "$turn" "$threads" "${sum%% *}"
  first=${first:-$sum}
  if [ "$sum" != "$first" ]; then
    echo 'the output differs' >&2
    exit 1
  fi
done
echo "the same bytes 20 times, $(tail -n 1 "$out")"
