#!/usr/bin/env bash
# Writes both locks from pyproject.toml, with hashes and without addresses. Needs `uv` on PATH or in .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

uv="$(command -v .venv/bin/uv || command -v uv || true)"
if [ -z "$uv" ]; then
    echo "Missing: uv. Cure: .venv/bin/python -m pip install uv" >&2
    exit 1
fi
compile=("$uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links
    --no-annotate --no-header --python-version 3.11 pyproject.toml)
"${compile[@]}" --extra dev -o requirements-dev.lock "$@"
# The smaller lock takes its versions from the larger one, so that they never differ.
"${compile[@]}" --constraints requirements-dev.lock -o requirements.lock
