#!/usr/bin/env bash
# Gives this folder what it needs to run: system libraries, the virtual environment in .venv, pinned packages.
#
#   setup.sh run        to run the program (make setup, make run)
#   setup.sh tools      to lint and type-check it (make check)
#   setup.sh test       to test it as well (make test)
#   setup.sh postgres   a PostgreSQL server to start for the tests, when no other will do (make test-services)
#   setup.sh redis      a Redis server, likewise
#
# Says one line for each thing it has to do, and nothing when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/../.."
what=${1:-run}

say() { printf '%s\n' "$*"; }

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# --- Python --------------------------------------------------------------------------------------------------

find_python() {
    local name
    for name in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed and was not found. Name it like this: PYTHON=/path/to/python3 make run"
}

# --- What the system has to bring ----------------------------------------------------------------------------
# Looked for by what is needed (a library that loads, a command that is there), not by a package's name, so that
# it does not matter how it came. The names are those of Debian and its relatives.

loads() { "$python" -c 'import ctypes, sys; [ctypes.CDLL(name) for name in sys.argv[1:]]' "$@" 2>/dev/null; }

has_one_of() {
    local name
    for name in "$@"; do
        command -v "$name" >/dev/null && return 0
    done
    return 1
}

postgres_is_here() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has_one_of initdb; }

missing_packages() {
    if [[ ! -x .venv/bin/python ]] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo python3-venv
    fi
    if [[ $what != tools ]] && ! loads libgobject-2.0.so.0 libpango-1.0.so.0 libpangoft2-1.0.so.0 \
        libharfbuzz.so.0 libharfbuzz-subset.so.0 libfontconfig.so.1; then
        echo libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
    fi
    if [[ $what == test ]]; then
        has_one_of chromium chromium-browser google-chrome || echo chromium
        has_one_of pdftotext || echo poppler-utils
    fi
    [[ $what != postgres ]] || postgres_is_here || echo postgresql
    [[ $what != redis ]] || has_one_of redis-server valkey-server || echo redis-server
}

install_packages() {
    local as_root=()
    local by_hand="sudo apt-get update && sudo apt-get install --no-install-recommends $*"
    has_one_of sudo || by_hand="su -c 'apt-get update && apt-get install --no-install-recommends $*'"
    if ! has_one_of apt-get; then
        fail "This machine lacks some system libraries. Install what matches these Debian packages, then try again:
    $*"
    fi
    if [[ $(id -u) != 0 ]]; then
        if sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            fail "This machine lacks some system libraries, and installing them takes a password. Type this, then try again:
    $by_hand"
        fi
    fi
    say "Installing from the system's packages: $*"
    # RUNLEVEL=1 keeps a freshly installed database server from being started: the tests start their own.
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o Dpkg::Use-Pty=0)
    local log
    log=$(mktemp)
    if ! {
        "${apt[@]}" update && "${apt[@]}" install --yes --no-install-recommends "$@"
    } </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "The system's packages could not be installed (see above). By hand:
    $by_hand"
    fi
    rm -f "$log"
}

# --- The virtual environment ---------------------------------------------------------------------------------
# A copy of each requirement file is kept in .venv once all of it is installed, with the folder's own path, which
# is written into the environment's scripts: a moved folder gets a new environment.

installed() { [[ -f .venv/installed-$1 ]] && cmp -s "$1" ".venv/installed-$1"; }

make_environment() {
    if [[ -f .venv/made-for && $(<.venv/made-for) != "$PWD" ]] ||
        { [[ -d .venv ]] && ! .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
        say "Making .venv anew: it belongs to another folder or another Python."
        rm -rf .venv
    fi
    if [[ ! -d .venv ]]; then
        say "Making the virtual environment .venv with $("$python" --version)."
        "$python" -m venv .venv || fail "The virtual environment could not be made (see above)."
    fi
    printf '%s' "$PWD" >.venv/made-for
}

install_requirements() {
    local file=$1
    say "Installing $(grep -c '^[a-z]' "$file") pinned Python packages from $file: about a minute, once."
    # All are pinned with their hashes and the list is whole, so pip has nothing to work out.
    # Quiet twice: warnings about a machine's pip settings help nobody; errors are still shown.
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-compile \
        --require-hashes --requirement "$file" ||
        fail "The Python packages could not be installed (see above). Nothing is lost: the same command tries again."
    cp "$file" ".venv/installed-$file"
}

# -------------------------------------------------------------------------------------------------------------

case $what in
    run) file=requirements.txt ;;
    tools | test | postgres | redis) file=requirements-dev.txt ;;
    *) fail "setup.sh takes one of: run, tools, test, postgres, redis." ;;
esac

python=$(find_python)
read -r -a missing <<<"$(missing_packages | tr '\n' ' ')"
if [[ ${#missing[@]} -gt 0 ]]; then
    install_packages "${missing[@]}"
fi

if [[ ! -f .venv/made-for || $(<.venv/made-for) != "$PWD" ]] || ! .venv/bin/python -c '' 2>/dev/null || ! installed "$file"; then
    make_environment
    installed "$file" || install_requirements "$file"
    # The longer list holds the shorter one, at the same versions.
    [[ $file == requirements.txt ]] || cp requirements.txt .venv/installed-requirements.txt
fi
