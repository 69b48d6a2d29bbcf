#!/usr/bin/env bash
# Makes .venv and brings it in step with a lock. Usage: tools/venv.sh run|dev. Quick when nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."

kind="${1:-run}"
case "$kind" in
    run) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "tools/venv.sh: say run or dev" >&2; exit 2 ;;
esac

key() { sha256sum "$@" | sha256sum | cut -c1-16; }
stamp=".venv/installed-$kind-$(key "$lock" tools/link.py)"
if [ -e "$stamp" ] && [ -x .venv/bin/undercity ]; then
    exit 0
fi

missing() {
    echo "Missing: $1. Cure: $([ "$(id -u)" = 0 ] || echo 'sudo ')apt-get install -y $1" >&2
    exit 1
}

# The first Python that is 3.11 or newer.
find_python() {
    local name
    for name in python3.11 python3 python3.13 python3.12; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

# One at a time: two commands started together would install over each other.
if command -v flock >/dev/null; then
    exec 9>.venv.lock
    flock 9
    [ -e "$stamp" ] && [ -x .venv/bin/undercity ] && exit 0
fi

# A folder left by a start that failed has no pip.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python="$(find_python)"
    [ -n "$python" ] || missing "python3 (3.11 or newer)"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || missing "python3-venv"
    "$python" -m venv --clear .venv
fi

echo "Installing $lock into .venv …" >&2
.venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r "$lock"
.venv/bin/python tools/link.py
rm -f .venv/installed-"$kind"-*
: > "$stamp"
if [ "$kind" = dev ]; then # The development lock holds everything the other one does.
    rm -f .venv/installed-run-*
    : > ".venv/installed-run-$(key requirements.lock tools/link.py)"
fi
