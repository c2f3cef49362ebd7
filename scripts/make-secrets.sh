#!/usr/bin/env bash
# Makes the secret files of docker-compose.yml that are missing; deploy/secrets/README.md says what they are.
set -euo pipefail
cd "$(dirname "$0")/../deploy/secrets"

# The containers' users must be able to read the files, so it is the folder that is closed.
chmod 700 .

# save FILE TEXT
save() {
    (umask 077 && printf '%s' "$2" >"$1.new")
    chmod 444 "$1.new"
    mv "$1.new" "$1"
    echo "wrote deploy/secrets/$1"
}

if [[ ! -e postgres_password ]]; then
    # A URL with another password would lock Highline out of the new database.
    if [[ -e database_url ]]; then
        echo "make-secrets: database_url is there and postgres_password is not: delete one or restore the other" >&2
        exit 1
    fi
    save postgres_password "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
fi
if [[ ! -e database_url ]]; then
    save database_url "postgres://highline:$(cat postgres_password)@postgres:5432/highline"
fi
if [[ ! -e highlevel_token ]]; then
    read -rsp "Access token of the HighLevel location (it is not shown): " token || true
    echo
    if [[ -z ${token:-} ]]; then
        echo "make-secrets: no token given; write it to deploy/secrets/highlevel_token before the first start" >&2
        exit 1
    fi
    save highlevel_token "$token"
fi
