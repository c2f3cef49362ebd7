#!/usr/bin/env bash
# What can be known about docker-compose.yml without starting anything. That the files it names exist, that its secrets
# are written down, and that the Dockerfile copies only what there is: the `house` tests look after that.
set -euo pipefail
cd "$(dirname "$0")/.."

if docker compose version >/dev/null 2>&1; then
    docker compose config --quiet
    echo "docker: docker-compose.yml is accepted by docker compose"
else
    echo "docker: SKIPPED docker compose config, there is no docker compose here; the house tests have read the file"
fi
