#!/usr/bin/env bash
# Breaks Highline on purpose, at length, and prints what was lost and doubled: nothing, or this fails. The short form of
# the same tests is part of `make test`. Arguments choose among them, and the seed that a test prints makes the same
# chances again:
#
#     HIGHLINE_FAULTS_SEED=1234 scripts/faults.sh faults::kills
set -euo pipefail
cd "$(dirname "$0")/.."

table=$(mktemp)
trap 'rm -f "$table"' EXIT
export HIGHLINE_FAULTS=full HIGHLINE_FAULTS_TABLE=$table NEXTEST_PROFILE=faults

status=0
scripts/test.sh --package highline-engine --package highline-cli "${@:-faults::}" || status=$?
echo
echo "| fault | database | rounds | events in | runs done | lost | doubled | interrupted | seconds |"
echo "|---|---|---:|---:|---:|---:|---:|---:|---:|"
sort "$table"
exit "$status"
