#!/usr/bin/env bash
# make test: the whole suite on the embedded database (SQLite) and the embedded broker (files), on two cores.
#
# Arguments are passed on to pytest; with any, coverage is left out, because part of the suite says nothing about it.
set -euo pipefail
cd "$(dirname "$0")/../.."

bash sharingvalue/run/setup.sh test
# The suite sets what it needs itself; what this shell has set for another purpose would only mislead it.
unset DATABASE_URL REDIS_URL DEMO DEBUG SITE_URL ALLOWED_HOSTS SECRET_KEY PORT VAR_DIR FILES_DIR
exec env SUITE="not postgres_only" bash sharingvalue/run/pytest.sh "$@"
