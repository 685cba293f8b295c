#!/usr/bin/env bash
# make check: everything about the code that needs no test run. Goes through all of it and fails if any part does.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

bash sharingvalue/run/setup.sh tools || exit 1
export PATH="$PWD/.venv/bin:$PATH"

# Settings like those of a real installation, none of which is reached: only settings are looked at.
VAR_DIR=$(mktemp -d)
trap 'rm -rf "$VAR_DIR"' EXIT
export VAR_DIR DEMO=0 DEBUG=0
export SECRET_KEY="only-for-checking-5W7hKq2mZr9tXc4vBn8pLd3sGf6jYa1eUi0oT-R_wQ"
export SITE_URL=https://sharing-value.example ALLOWED_HOSTS=sharing-value.example
export DATABASE_URL=postgresql://checked:checked@127.0.0.1:1/checked REDIS_URL=redis://127.0.0.1:1/0
export EMAIL_URL=smtp+tls://mail.example:587 DEFAULT_FROM_EMAIL=no-reply@sharing-value.example

failed=()

check() {
    local name=$1 output
    shift
    if output=$("$@" </dev/null 2>&1); then
        printf '  ok      %s\n' "$name"
    else
        printf '  FAILED  %s\n%s\n\n' "$name" "$output"
        failed+=("$name")
    fi
}

migrations_in_step() {
    # On the embedded database: the question is about the models, but Django asks the database what is applied.
    env -u REDIS_URL DATABASE_URL="sqlite:///$VAR_DIR/check.sqlite3" python manage.py makemigrations --check --dry-run
}

django_idioms() {
    find . \( -path ./.venv -o -path './var*' \) -prune -o -name '*.py' -print0 |
        xargs -0 django-upgrade --target-version 5.2 --check
}

templates_lint() { djlint templates --lint --quiet; }

check "ruff: lint" ruff check --quiet --output-format concise .
check "ruff: format" ruff format --check --output-format concise .
check "mypy: types" mypy
check "import-linter: who imports whom" lint-imports --no-logo --cache-dir "$VAR_DIR/imports"
check "djLint: templates" templates_lint
check "django-upgrade: idioms" django_idioms
check "migrations in step with the models" migrations_in_step
check "settings fit for deployment" python manage.py check --deploy --fail-level WARNING

if [[ ${#failed[@]} -gt 0 ]]; then
    printf '\nmake check failed: %s.\n' "$(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
    exit 1
fi
