#!/usr/bin/env bash
# HighLevel's own JavaScript client against the sandbox: starts one, runs crates/sandbox/tests/official_client against it,
# and ends it. Arguments go to the test runner, as in:
#
#     scripts/official-client.sh --test-name-pattern 'a task'
#
# Needs npm. The client comes from there, at the version of its lock file, and so does Node where it is older than 20.10.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "official-client: $*" >&2
    exit 1
}

# The sandbox answers on this machine, so no proxy may come between.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"

if ! command -v npm >/dev/null; then
    if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
        fail "no npm found: install Node 20.10 or newer, with npm"
    fi
    echo "official-client: installing npm" >&2
    log=$({ apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm; } </dev/null 2>&1) ||
        fail "apt-get could not install npm: $(tail -n 5 <<<"$log")"
fi
node=(node)
is_new_enough='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 10) ? 0 : 1)'
node -e "$is_new_enough" 2>/dev/null || node=(npm exec --yes --silent --package node@22 -- node)

tests=crates/sandbox/tests/official_client
# npm keeps the lock file of what it has installed; the same one means nothing is to be done.
if ! [[ $tests/node_modules/.package-lock.json -nt $tests/package-lock.json ]]; then
    echo "official-client: installing the client" >&2
    npm ci --prefix "$tests" --silent --no-progress </dev/null
fi

locked=()
[[ -z ${CI:-} ]] || locked=(--locked)
cargo build --quiet "${locked[@]}" --package highline-cli --bin highline

printed=$(mktemp)
"${CARGO_TARGET_DIR:-target}/debug/highline" sandbox --listen 127.0.0.1:0 --contacts 20 >"$printed" &
sandbox=$!
stop() {
    kill "$sandbox" 2>/dev/null || true
    wait "$sandbox" 2>/dev/null || true
    rm -f "$printed"
}
trap stop EXIT

for _ in {1..100}; do
    [[ ! -s $printed ]] || break
    kill -0 "$sandbox" 2>/dev/null || fail "the sandbox has not started"
    sleep 0.1
done
SANDBOX_READY=$(head -n 1 "$printed")
export SANDBOX_READY
[[ -n $SANDBOX_READY ]] || fail "the sandbox was not ready within ten seconds"

cd "$tests"
"${node[@]}" --test --test-concurrency=1 --test-reporter=spec "$@"
