#!/usr/bin/env bash
# The suite itself, for test.sh and services.sh: SUITE is the marker expression of what fits this database.
# Ends in pytest's own summary line.
set -euo pipefail
cd "$(dirname "$0")/../.."

# A place of its own for files, broker and secret key, so that a running demonstration is never touched.
VAR_DIR=$(mktemp -d)
export VAR_DIR SECRET_KEY=only-for-tests
trap 'rm -rf "$VAR_DIR"' EXIT

if [[ $# -gt 0 ]]; then
    .venv/bin/python -m pytest -m "$SUITE" "$@"
else
    .venv/bin/python -m pytest -m "$SUITE" --numprocesses 2 --dist loadgroup --cov --cov-report=term-missing:skip-covered \
        --cov-report="json:$VAR_DIR/coverage.json"
    # pytest has already held lines and branches together against the limit. Here the branches alone, which is what
    # is promised; silent when it is kept, so that pytest's summary stays the last line.
    .venv/bin/python - "$VAR_DIR/coverage.json" <<'PYTHON'
import json, sys, tomllib

totals = json.load(open(sys.argv[1]))["totals"]
limit = tomllib.load(open("pyproject.toml", "rb"))["tool"]["coverage"]["report"]["fail_under"]
covered = 100 * totals["covered_branches"] / (totals["num_branches"] or 1)
if totals["num_branches"] and covered < limit:
    sys.exit(f"Branch coverage of policies, access and actions is {covered:.1f} %, under {limit} %.")
PYTHON
fi
