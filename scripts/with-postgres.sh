#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own and HIGHLINE_TEST_POSTGRES_URL pointing at it:
#
#     scripts/with-postgres.sh cargo test
#     scripts/with-postgres.sh sh -c 'psql "$HIGHLINE_TEST_POSTGRES_URL"'
#
# The server lives in a temporary folder, listens on a free port of 127.0.0.1, has a random password, and is gone when
# the command ends, however it ends. Where the variable is set already, that server is used and none is started.
# With HIGHLINE_POSTGRES_DURABLE=1 what it has committed is on the disk, as it must be where speed is measured.
# Debian's `postgresql` package is installed where no server is found and the caller is root.
set -euo pipefail

if [[ $# -eq 0 ]]; then
    echo "usage: scripts/with-postgres.sh COMMAND [ARGUMENT...]" >&2
    exit 2
fi
if [[ -n ${HIGHLINE_TEST_POSTGRES_URL:-} ]]; then
    exec "$@"
fi

fail() {
    echo "with-postgres: $*" >&2
    exit 1
}

# Prints the folder of the newest server binaries. Debian keeps them off the PATH.
find_binaries() {
    local folder
    for folder in "$(pg_config --bindir 2>/dev/null || true)" $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [[ -x $folder/initdb && -x $folder/postgres ]]; then
            printf '%s\n' "$folder"
            return 0
        fi
    done
    return 1
}

install_server() {
    if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
        fail "no PostgreSQL server found: install one (sudo apt-get install postgresql)," \
            "or set HIGHLINE_TEST_POSTGRES_URL to a server where databases may be created"
    fi
    echo "with-postgres: installing PostgreSQL" >&2
    export DEBIAN_FRONTEND=noninteractive
    # Two runs at once must not meet in apt's own locks; the second one finds the work done.
    exec {apt_lock}>/run/highline-apt.lock
    flock "$apt_lock"
    if ! find_binaries >/dev/null; then
        local log
        log=$({ apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } </dev/null 2>&1) ||
            fail "apt-get could not install postgresql: $(tail -n 5 <<<"$log")"
    fi
    exec {apt_lock}>&-
}

find_binaries >/dev/null || install_server
binaries=$(find_binaries) || fail "PostgreSQL was installed, but its server binaries are nowhere to be seen"

# PostgreSQL refuses to run as root.
server_user=$(id -un)
as_server=()
temporary=${TMPDIR:-/tmp}
if [[ $EUID -eq 0 ]]; then
    server_user=postgres
    id postgres >/dev/null 2>&1 || server_user=nobody
    as_server=(runuser -u "$server_user" --)
    # Root's own temporary folder may be closed to other users.
    temporary=/tmp
fi

cluster=$(mktemp -d "$temporary/highline-postgres.XXXXXX")
chown "$server_user" "$cluster"

stop_cluster() {
    if [[ -f $cluster/data/postmaster.pid ]]; then
        "${as_server[@]}" "$binaries/pg_ctl" stop --pgdata="$cluster/data" --mode=immediate --silent >/dev/null 2>&1 || true
    fi
    rm -rf "$cluster"
}

# The keeper waits until this script, the only writer of the pipe, is gone, and then cleans up. So no signal needs a trap
# of its own, and the server is gone even after one that cannot be trapped.
exec {alive}> >(
    trap '' INT TERM HUP
    cat >/dev/null
    cd / && stop_cluster
)
keeper=$!
# shellcheck disable=SC2317 # called by the trap
finish() {
    local status=$?
    trap - EXIT
    exec {alive}>&-
    while kill -0 "$keeper" 2>/dev/null; do sleep 0.05; done
    exit "$status"
}
trap finish EXIT

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf '%s\n' "$password" >"$cluster/password")
chown "$server_user" "$cluster/password"
(cd "$cluster" && "${as_server[@]}" "$binaries/initdb" --pgdata="$cluster/data" --username=highline --auth=password \
    --pwfile="$cluster/password" --encoding=UTF8 --locale=C --no-sync {alive}>&-) >"$cluster/initdb.log" 2>&1 ||
    fail "initdb failed: $(tail -n 5 "$cluster/initdb.log")"

cat >>"$cluster/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
SETTINGS
# Durability is of no use to a server that lives for minutes: without it the tests run twice as fast.
if [[ -z ${HIGHLINE_POSTGRES_DURABLE:-} ]]; then
    printf '%s = off\n' fsync synchronous_commit full_page_writes >>"$cluster/data/postgresql.conf"
fi

start_cluster() {
    # The pipe must not leak into the server, or the keeper would wait for it.
    (cd "$cluster" && "${as_server[@]}" "$binaries/pg_ctl" start --pgdata="$cluster/data" --silent --wait \
        --log="$cluster/data/server.log" -o "-p $1" {alive}>&- </dev/null >/dev/null 2>&1)
}

# A port is only known to be free once the server has it. These are below the range that the kernel gives to others.
for _ in {1..20}; do
    port=$((20000 + RANDOM % 12000))
    if start_cluster "$port"; then
        break
    fi
    grep -q 'Address already in use' "$cluster/data/server.log" ||
        fail "the server did not start: $(tail -n 5 "$cluster/data/server.log")"
    : >"$cluster/data/server.log"
    port=
done
[[ -n $port ]] || fail "no free port found in 20 tries"

# For tests that stop and kill their server: `control start`, `control stop --mode immediate`, `control kill KILL`.
cat >"$cluster/control" <<CONTROL
#!/usr/bin/env bash
cd "$cluster"
control=(${as_server[@]@Q} "$binaries/pg_ctl")
case \$1 in
start) "\${control[@]}" start --pgdata=data --silent --wait --log=data/server.log -o "-p $port" ;;
stop) "\${control[@]}" --pgdata=data --silent --wait "\$@" ;;
kill) "\${control[@]}" "\$@" "\$(head -n 1 data/postmaster.pid)" ;;
esac
CONTROL
chmod +x "$cluster/control"

export HIGHLINE_TEST_POSTGRES_CONTROL="$cluster/control"
export HIGHLINE_TEST_POSTGRES_URL="postgres://highline:$password@127.0.0.1:$port/postgres"

status=0
"$@" {alive}>&- || status=$?
exit "$status"
