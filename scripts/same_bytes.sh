#!/usr/bin/env bash
# same_bytes.sh FOLDER [BINARY]   20 runs over the files of FOLDER, with 1 to 8 threads and the files named in another order
# each time: all must print the same bytes. Needs bash, find, shuf (coreutils).
set -euo pipefail
folder=${1:?usage: same_bytes.sh FOLDER [BINARY]} binary=${2:-coglint}
run() { # THREADS SEED
  local files code=0
  mapfile -d '' files < <(find "$folder" -type f -print0 | sort -z | shuf -z --random-source=<(yes "$2"))
  "$binary" check --isolated --undecided --format json --threads "$1" "${files[@]}" || code=$?
  ((code < 2))
}
first=''
for turn in $(seq 20); do
  threads=$(((turn - 1) % 8 + 1))
  sum=$(run "$threads" "$turn" | sha256sum)
  printf '%2d  %d threads  %s\n' "$turn" "$threads" "${sum%% *}"
  first=${first:-$sum}
  if [ "$sum" != "$first" ]; then
    echo 'the output differs' >&2
    exit 1
  fi
done
echo 'the same bytes 20 times'
