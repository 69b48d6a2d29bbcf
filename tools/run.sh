#!/usr/bin/env bash
# From a fresh clone to a served site: `make run`. PORT (8000). All state under var/.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/venv.sh run
undercity="$PWD/.venv/bin/undercity"
"$undercity" setup

state="${UNDERCITY_VAR:-var}"
demo="${UNDERCITY_DEMO:-$(sed -n 's/^UNDERCITY_DEMO=//p' "$state/undercity.env" 2>/dev/null || true)}"
case "${demo,,}" in
    1 | true | yes | on)
        accounts="$("$undercity" city accounts --json 2>/dev/null || true)"
        case "$accounts" in
            '' | '[]') "$undercity" city load ;;
        esac
        "$undercity" city accounts
        ;;
esac
exec "$undercity" serve --port "${PORT:-8000}" --with-worker
