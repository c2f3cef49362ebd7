#!/usr/bin/env bash
# Sends a sample of every HighLevel operation to a mock server that checks requests against the vendor's OpenAPI files:
#
#     scripts/conformance.sh FOLDER       # or SPEC_DIR=FOLDER make conformance
#
# The folder holds the files of the vendor's description (contacts.json, calendars.json, ...); they are not part of this
# repository. The mock server is prism, installed with npm when it is missing.
set -euo pipefail
folder=${1:-${SPEC_DIR:-}}
[[ -z $folder ]] || folder=$(realpath -- "$folder")
cd "$(dirname "$0")/.."
folder=${folder:-$(realpath -m ../shared/reference/highlevel/spec)}
here=crates/apps/tests/conformance

fail() {
    echo "conformance: $*" >&2
    exit 2
}

[[ -f $folder/contacts.json ]] || fail "the vendor's OpenAPI files are not in $folder; name their folder in SPEC_DIR"
command -v npm >/dev/null || fail "npm and Node.js 18.20 or newer are needed"

if [[ ! $here/node_modules/.package-lock.json -nt $here/package-lock.json ]]; then
    echo "conformance: installing prism" >&2
    npm ci --prefix "$here" --silent --no-audit --no-fund
fi
cargo build --quiet ${CI:+--locked} --package highline-cli --bin highline
exec node "$here/run.mjs" "$(realpath "${CARGO_TARGET_DIR:-target}/debug/highline")" "$folder"
