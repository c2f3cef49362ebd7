#!/usr/bin/env bash
# Every test of the workspace, on SQLite and on PostgreSQL. Arguments choose among them, as the test runner knows them:
#
#     scripts/test.sh --package highline-store a_stale_lease
set -euo pipefail
cd "$(dirname "$0")/.."

# The tests' servers answer on this machine, so no proxy may come between.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"

locked=()
[[ -z ${CI:-} ]] || locked=(--locked)
chosen=("$@")
[[ $# -gt 0 ]] || chosen=(--workspace)

if ! command -v cargo-nextest >/dev/null; then
    exec scripts/with-postgres.sh cargo test "${locked[@]}" "${chosen[@]}"
fi
scripts/with-postgres.sh cargo nextest run "${locked[@]}" "${chosen[@]}"
# The one kind of test that nextest does not run.
[[ $# -gt 0 ]] || cargo test "${locked[@]}" --quiet --doc --workspace
