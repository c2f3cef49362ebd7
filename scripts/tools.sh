#!/usr/bin/env bash
# Installs the tools that `make check` needs beyond the Rust toolchain, each only when it is missing.
# They are built from crates.io into cargo's own home, so the next run finds them there.
set -euo pipefail

CARGO_DENY_VERSION=0.20.2

# A debug build takes half the time of a release build, and these tools run for seconds.
install_tool() {
    local name=$1 version=$2
    if command -v "$name" >/dev/null; then
        return
    fi
    echo "tools: building $name $version (once; one to three minutes)" >&2
    local started=$SECONDS
    # A target folder of the caller would be filled with the tool's objects and kept for ever.
    env -u CARGO_TARGET_DIR cargo install --quiet --locked --debug "$name@$version" </dev/null >&2
    echo "tools: $name is ready after $((SECONDS - started)) s" >&2
}

# Tools land here even where the folder is not on the caller's PATH.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

install_tool cargo-deny "$CARGO_DENY_VERSION"
