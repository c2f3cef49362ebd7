#!/usr/bin/env bash
# Asks every route of the REST API what nobody would ask: starts `highline demo` in an empty folder and lets schemathesis
# make requests of the OpenAPI document, right and wrong ones, with all its checks. Arguments go to schemathesis, as in:
#
#     scripts/api-fuzz.sh --max-examples 300 --include-operation-id list_runs
#
# With a DATABASE_URL the database is that one, which should be empty. Needs Python 3; schemathesis comes from PyPI, into
# the target folder.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=4.32.5

fail() {
    echo "api-fuzz: $*" >&2
    exit 1
}

# The node answers on this machine, so no proxy may come between.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"

target=${CARGO_TARGET_DIR:-$PWD/target}
tool=$target/schemathesis-$VERSION
if ! [[ -x $tool/bin/schemathesis ]]; then
    command -v python3 >/dev/null || fail "no python3 found"
    echo "api-fuzz: installing schemathesis" >&2
    python3 -m venv "$tool" || fail "cannot make a place for it; on Debian: apt-get install python3-venv"
    "$tool/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$VERSION"
fi

locked=()
[[ -z ${CI:-} ]] || locked=(--locked)
cargo build --quiet "${locked[@]}" --package highline-cli --bin highline

folder=$(mktemp -d)
HIGHLINE_API_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export HIGHLINE_API_TOKEN
"$target/debug/highline" demo --listen 127.0.0.1:0 --data "$folder/data" --workflows "$folder/workflows" \
    --contacts 50 >"$folder/printed" 2>"$folder/log" &
node=$!
stop() {
    kill "$node" 2>/dev/null || true
    wait "$node" 2>/dev/null || true
    rm -rf "$folder"
}
trap stop EXIT

address=
for _ in {1..300}; do
    address=$(sed -n 's/^highline: \(http:[^,]*\),.*/\1/p' "$folder/printed")
    [[ -z $address ]] || break
    kill -0 "$node" 2>/dev/null || fail "the node has not started: $(tail -n 5 "$folder/log")"
    sleep 0.1
done
[[ -n $address ]] || fail "the node was not ready within half a minute"

# An address that is in use: a random one would be asked for in vain.
python3 - "$address" <<'PYTHON' || fail "no workflow with an address could be made"
import json, os, sys, urllib.request

source = """enabled: true
trigger: { webhook: { path: fuzz/9f86d081884c7d659a2feaa0c55ad015, methods: [GET, POST] } }
dedupe: { key: "{{ trigger.body.id }}" }
where: "{{ trigger.query.wanted }}"
steps: [{ set: { got: "{{ trigger }}" } }]
"""
request = urllib.request.Request(
    sys.argv[1] + "/api/v1/workflows",
    data=json.dumps({"id": "fuzzed", "source": source}).encode(),
    headers={"Authorization": "Bearer " + os.environ["HIGHLINE_API_TOKEN"], "Content-Type": "application/json"},
)
urllib.request.urlopen(request, timeout=30)
PYTHON

status=0
"$tool/bin/schemathesis" --config-file scripts/api-fuzz.toml run "$address/api/v1/openapi.json" \
    --mode all --exclude-path /api/v1/live --report-dir "$target/api-fuzz" --report junit --generation-database none "$@" || status=$?
kill -0 "$node" 2>/dev/null || fail "the node has ended: $(tail -n 20 "$folder/log")"
if grep -q "panicked" "$folder/log"; then
    fail "the node has panicked: $(grep -m 5 "panicked" "$folder/log")"
fi
exit "$status"
