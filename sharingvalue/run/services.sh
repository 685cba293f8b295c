#!/usr/bin/env bash
# make test-services: the same suite on PostgreSQL and Redis; tests that need a worker start a real one.
#
# Takes those at DATABASE_URL and REDIS_URL; else those on this machine's usual ports, if they let us in; else starts
# its own on free ports and stops them afterwards. Whichever it is, it works in a role, databases and a Redis database
# that nobody else uses, and removes them at the end. Arguments are passed on to pytest.
set -euo pipefail
cd "$(dirname "$0")/../.."

bash sharingvalue/run/setup.sh test

name=sharing_value_test_$$
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
place=$(mktemp -d)
chmod 755 "$place"
own_postgres=
own_redis=
emptied= # An empty database of somebody's Redis that we filled.
admin=()

say() { printf '%s\n' "$*"; }

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# PostgreSQL refuses to be run by root.
run_as=()
if [[ $(id -u) == 0 ]]; then
    run_as=(setpriv --reuid=postgres --regid=postgres --init-groups --)
fi

sql() { "${admin[@]}" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1"; }

clean_up() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -n $own_postgres ]]; then
        kill -INT "$own_postgres" 2>/dev/null || true
        wait "$own_postgres" 2>/dev/null || true
    elif [[ ${#admin[@]} -gt 0 ]]; then
        # What a broken-off run left behind as well.
        local database
        for database in $(sql "select datname from pg_database where datdba = '$name'::regrole" 2>/dev/null); do
            sql "drop database \"$database\" with (force)" 2>/dev/null || true
        done
        sql "drop role \"$name\"" 2>/dev/null || true
    fi
    if [[ -n $own_redis ]]; then
        kill -TERM "$own_redis" 2>/dev/null || true
        wait "$own_redis" 2>/dev/null || true
    fi
    if [[ -n $emptied ]]; then
        .venv/bin/python -c 'import redis, sys; redis.Redis.from_url(sys.argv[1]).flushdb()' "$emptied" || true
    fi
    rm -rf "$place"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
    .venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

can_connect() {
    .venv/bin/python -c 'import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=5).close()' "$1" 2>/dev/null
}

# --- PostgreSQL ----------------------------------------------------------------------------------------------

use_local_postgres() {
    # As whoever the environment says (PGUSER, PGPASSWORD …), else as root through the local socket.
    command -v psql >/dev/null || return 1
    local way
    for way in tcp socket; do
        if [[ $way == tcp ]]; then
            admin=(psql --no-password --host 127.0.0.1 --port 5432 --dbname postgres)
        elif [[ $(id -u) != 0 ]] || ! id postgres >/dev/null 2>&1; then
            continue
        else
            admin=("${run_as[@]}" psql --no-password --port 5432 --dbname postgres)
        fi
        if sql "create role \"$name\" login createdb password '$password'" >/dev/null 2>&1 &&
            sql "create database \"$name\" owner \"$name\" encoding 'UTF8' template template0" >/dev/null 2>&1 &&
            can_connect "$1"; then
            return 0
        fi
        sql "drop role if exists \"$name\"" >/dev/null 2>&1 || true
    done
    admin=()
    return 1
}

start_postgres() {
    local programs port
    bash sharingvalue/run/setup.sh postgres
    programs=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1) ||
        programs=$(dirname "$(command -v initdb)") || fail "PostgreSQL is not installed."
    if [[ $(id -u) == 0 ]] && ! id postgres >/dev/null 2>&1; then
        fail "PostgreSQL needs a user named postgres to run as."
    fi
    say "Starting a PostgreSQL of its own, from $programs."
    port=$(free_port)
    mkdir "$place/postgres"
    (umask 077 && printf '%s' "$password" >"$place/password")
    [[ $(id -u) != 0 ]] || chown postgres: "$place/postgres" "$place/password"
    (cd "$place" && "${run_as[@]}" "$programs/initdb" --pgdata "$place/postgres/data" --username "$name" \
        --pwfile "$place/password" --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-sync) \
        >"$place/initdb.log" 2>&1 || fail "PostgreSQL could not be set up: $(tail -n 5 "$place/initdb.log")"
    # Nothing in it has to outlive a power cut.
    (cd "$place" && exec "${run_as[@]}" "$programs/postgres" -D "$place/postgres/data" -p "$port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off) >"$place/postgres.log" 2>&1 &
    own_postgres=$!
    export DATABASE_URL=postgresql://$name:$password@127.0.0.1:$port/postgres
    for _ in $(seq 100); do
        can_connect "$DATABASE_URL" && return
        kill -0 "$own_postgres" 2>/dev/null || break
        sleep 0.2
    done
    fail "PostgreSQL did not come up: $(tail -n 5 "$place/postgres.log")"
}

# --- Redis ---------------------------------------------------------------------------------------------------

# Prints the address of a Redis database that holds nothing, or fails: no server, or one that asks who we are.
empty_redis_database() {
    .venv/bin/python - "$1" 2>/dev/null <<'PYTHON'
import sys
import redis

for number in range(15, 0, -1):
    url = f"redis://127.0.0.1:{sys.argv[1]}/{number}"
    if redis.Redis.from_url(url, socket_timeout=3).dbsize() == 0:
        print(url)
        sys.exit()
sys.exit(1)
PYTHON
}

start_redis() {
    local program port
    bash sharingvalue/run/setup.sh redis
    program=$(command -v redis-server || command -v valkey-server) || fail "Neither Redis nor Valkey is installed."
    say "Starting a Redis of its own, $program."
    port=$(free_port)
    "$program" --bind 127.0.0.1 --port "$port" --save "" --appendonly no --dir "$place" >"$place/redis.log" 2>&1 &
    own_redis=$!
    for _ in $(seq 50); do
        if REDIS_URL=$(empty_redis_database "$port"); then
            export REDIS_URL
            return
        fi
        kill -0 "$own_redis" 2>/dev/null || break
        sleep 0.2
    done
    fail "Redis did not come up: $(tail -n 5 "$place/redis.log")"
}

# -------------------------------------------------------------------------------------------------------------

if [[ -n ${DATABASE_URL:-} ]]; then
    say "Using the PostgreSQL of DATABASE_URL."
elif use_local_postgres "postgresql://$name:$password@127.0.0.1:5432/$name"; then
    say "Using the PostgreSQL on this machine, in databases of its own."
    export DATABASE_URL=postgresql://$name:$password@127.0.0.1:5432/$name
else
    start_postgres
fi

if [[ -n ${REDIS_URL:-} ]]; then
    say "Using the Redis of REDIS_URL."
elif REDIS_URL=$(empty_redis_database 6379); then
    say "Using the Redis on this machine, in an empty database of it."
    export REDIS_URL
    emptied=$REDIS_URL
else
    start_redis
fi

unset DEMO DEBUG SITE_URL ALLOWED_HOSTS SECRET_KEY PORT VAR_DIR FILES_DIR
# Not exec: what was started here is stopped afterwards. It prints nothing more, so pytest's summary comes last.
SUITE="not sqlite_only" bash sharingvalue/run/pytest.sh "$@"
