#!/usr/bin/env bash
# fuzz.sh MINUTES [TARGET...]   runs the fuzz targets (all of them when none is named), each for so many minutes, on a corpus
# made from the test data and kept from run to run, with a dictionary of its words; prints a line for each: executions, edges
# covered, inputs kept, exit code. Fails when one failed.
# FUZZ_JOBS: how many targets run at the same time (1).
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
minutes=${1:?usage: fuzz.sh MINUTES [TARGET...]}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(yaml json hcl template terraform plan policy rule end_to_end)
# One thread for each target: what runs on several at once is tested elsewhere, and here it costs half of the executions.
export RAYON_NUM_THREADS=1
# Stable compilers take the flags of the instrumentation, too.
export RUSTC_BOOTSTRAP=1
cargo fuzz build --sanitizer none
host=$(rustc -vV | sed -n 's/^host: //p')
binaries=${CARGO_TARGET_DIR:-target}/$host/release
"$binaries/corpus"
mkdir -p logs artifacts

run() {
    local target=$1
    mkdir -p "corpus/$target" "artifacts/$target"
    # A slow input is a finding, too: 20 seconds, 2 GiB.
    "$binaries/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" -max_total_time=$((minutes * 60)) \
        -timeout=20 -rss_limit_mb=2048 -max_len=16384 -dict="words/$target" -print_final_stats=1 >"logs/$target.log" 2>&1
}

report() {
    local target=$1 code=$2 log=logs/$1.log
    local runs coverage
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    coverage=$(grep -ao 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$log" | tail -n 1 || true)
    printf '%-12s %12s executions  %-36s exit %s\n' "$target" "${runs:-?}" "$coverage" "$code"
}

failed=0
for target in "${targets[@]}"; do
    rm -f "logs/$target.failed"
    while [ "$(jobs -rp | wc -l)" -ge "${FUZZ_JOBS:-1}" ]; do wait -n || true; done
    (
        code=0
        run "$target" || code=$?
        report "$target" "$code"
        [ "$code" -eq 0 ] || touch "logs/$target.failed"
    ) &
done
wait
for target in "${targets[@]}"; do
    if [ -e "logs/$target.failed" ]; then
        echo "$target: see fuzz/logs/$target.log; what it failed on lies in fuzz/artifacts/$target/" >&2
        failed=1
    fi
done
exit "$failed"
