#!/usr/bin/env bash
# The dashboard in web/:
#
#     scripts/web.sh build         # into web/dist, when something there has changed
#     scripts/web.sh lint          # lints, and types against those of docs/openapi.json
#     scripts/web.sh test          # its logic, and a browser on the real binary
#     scripts/web.sh screenshots   # docs/screenshots
#     scripts/web.sh speed         # how long interactions take with 10,000 rows, or with ROWS
#
# Needs Node 20.19 or newer. Packages come from npm when the lock file has changed. `test`, `screenshots` and `speed`
# need Chromium, which on Debian as root is installed when it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "web: $*" >&2
    exit 1
}

# The servers of the tests answer on this machine, so no proxy may come between.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"

is_new_enough='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
if ! command -v npm >/dev/null || ! node -e "$is_new_enough" 2>/dev/null; then
    [[ ${CI:-} != true ]] || fail "Node 20.19 or newer with npm is needed"
    echo "web: SKIPPED $1, there is no Node 20.19 or newer here" >&2
    exit 0
fi

# npm keeps the lock file of what it has installed; one that is newer means nothing is to be done.
if ! [[ web/node_modules/.package-lock.json -nt web/package-lock.json ]]; then
    echo "web: installing packages" >&2
    npm ci --prefix web --silent --no-progress --no-audit --no-fund </dev/null
    touch web/node_modules/.package-lock.json
fi

build() {
    local made=web/dist/index.html
    [[ -s $made && -z $(find web/src web/public web/tools web/*.* workflows -newer "$made" -print -quit) ]] ||
        npm run --prefix web --silent build </dev/null
}

need_chromium() {
    CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
    if [[ -z $CHROMIUM ]]; then
        if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
            [[ ${CI:-} != true ]] || fail "Chromium is needed; name it in CHROMIUM"
            echo "web: SKIPPED $1, there is no Chromium here; name it in CHROMIUM" >&2
            exit 0
        fi
        echo "web: installing chromium" >&2
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } </dev/null >/dev/null 2>&1 ||
            fail "apt-get could not install chromium"
        CHROMIUM=$(command -v chromium)
    fi
    export CHROMIUM
    cargo build --quiet ${CI:+--locked} --package highline-cli --bin highline
    HIGHLINE=$(realpath "${CARGO_TARGET_DIR:-target}/debug/highline")
    export HIGHLINE
}

case ${1:-} in
build) build ;;
lint) npm run --prefix web --silent lint </dev/null ;;
test)
    npm run --prefix web --silent test </dev/null
    build
    npm run --prefix web --silent size </dev/null
    need_chromium test
    npm run --prefix web --silent e2e </dev/null
    ;;
screenshots)
    build
    need_chromium screenshots
    npm run --prefix web --silent screenshots </dev/null
    ;;
speed)
    build
    need_chromium speed
    npm run --prefix web --silent speed </dev/null
    ;;
*) fail "usage: scripts/web.sh build|lint|test|screenshots|speed" ;;
esac
