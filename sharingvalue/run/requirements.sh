#!/usr/bin/env bash
# make requirements: compiles the pinned requirement files from pyproject.toml, with the hash of every file.
#
# The header names this command, not uv's own line, which would copy this machine's options into the file.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v uv >/dev/null; then
    printf '%s\n' "This needs uv. Type: python3 -m pip install uv" >&2
    exit 1
fi
compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "make requirements" pyproject.toml "$@"
}
compile --output-file requirements.txt
compile --group dev --constraints requirements.txt --output-file requirements-dev.txt
