#!/usr/bin/env bash
# make run: everything from nothing to a running demonstration. Ctrl-C stops all of it.
#
# From the environment: PORT (8000), BIND (127.0.0.1), VAR_DIR (var), and whatever sharingvalue/settings.py reads.
set -euo pipefail
cd "$(dirname "$0")/../.."

export PORT=${PORT:-8000}
export BIND=${BIND:-127.0.0.1}
export VAR_DIR=${VAR_DIR:-var}
[[ $VAR_DIR == /* ]] || VAR_DIR=$PWD/$VAR_DIR
export DEMO=${DEMO:-1}
export SITE_URL=${SITE_URL:-http://127.0.0.1:$PORT}

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# --- May it start? -------------------------------------------------------------------------------------------

[[ $PORT =~ ^[0-9]+$ && $PORT -ge 1 && $PORT -le 65535 ]] || fail "PORT must be a number from 1 to 65535, not '$PORT'."

# Asked before the setup, which takes long the first time.
any_python=.venv/bin/python
[[ -x $any_python ]] || any_python=${PYTHON:-python3}
free=$(
    "$any_python" - "$BIND" "$PORT" <<'PYTHON'
import socket, sys

def is_free(port):
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        # As gunicorn does: an address that was just let go of may be taken at once.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((bind, port))
            sock.listen()
        except OSError:
            return False
    return True

bind, wanted = sys.argv[1].strip("[]"), int(sys.argv[2])
candidates = [wanted, *range(max(wanted + 1, 1024), 65536), *range(1024, wanted)]
print(next(port for port in candidates if is_free(port)))
PYTHON
)

mkdir -p "$VAR_DIR/log" "$VAR_DIR/beat"
# Held by this script and all it starts, so that two of them never work on the same data.
exec 9>>"$VAR_DIR/running"
if ! flock --nonblock 9; then
    running=$(tail -n 1 "$VAR_DIR/running")
    [[ $running != *":$PORT" ]] || running="$running, so port $PORT is taken"
    fail "It already runs from this folder, at $running.
Stop that one with Ctrl-C, or give this one a port and a folder for its data of its own:
    PORT=$free VAR_DIR=var-$free make run"
fi
if [[ $free != "$PORT" ]]; then
    fail "Port $PORT is taken by something else (or not yours to use). Port $free is free:
    PORT=$free make run"
fi
printf '%s\n' "$SITE_URL" >"$VAR_DIR/running"

bash sharingvalue/run/setup.sh run

# --- Prepare and start ---------------------------------------------------------------------------------------

export PATH="$PWD/.venv/bin:$PATH"
LOG_LEVEL=${LOG_LEVEL:-ERROR} python sharingvalue/run/prepare.py

printf 'Starting the web server, a worker and its clock.\n'
supervisord --configuration sharingvalue/run/supervisord.conf &
supervisor=$!
stopping=

stop() {
    # A second Ctrl-C changes nothing: supervisor is already ending what it started.
    [[ -z $stopping ]] || return 0
    stopping=yes
    printf '\nStopping …\n'
    kill -TERM "$supervisor" 2>/dev/null || true
}
trap stop INT TERM HUP

wait_for_supervisor() {
    local status=0
    while kill -0 "$supervisor" 2>/dev/null; do
        wait "$supervisor" && status=0 || status=$?
    done
    return "$status"
}

for _ in $(seq 200); do
    if python sharingvalue/run/healthy.py web 2>/dev/null; then
        ready=yes
        break
    elif [[ -n $stopping ]] || ! kill -0 "$supervisor" 2>/dev/null; then
        break
    fi
    sleep 0.2
done
if [[ -z ${ready:-} ]]; then
    if [[ -z $stopping ]]; then
        stopping=yes
        kill -TERM "$supervisor" 2>/dev/null || true
        wait_for_supervisor || true
        tail -n 30 "$VAR_DIR/log/web.log" "$VAR_DIR/log/supervisor.log" >&2 || true
        fail "The web server did not come up: see above, and $VAR_DIR/log/."
    fi
    wait_for_supervisor || true
    exit 0
fi

printf '\nSharing Value is ready:  %s/\n' "${SITE_URL%/}"
if [[ $DEMO == 1 ]]; then
    cat <<'TEXT'

Sign in with one press on the sign-in page, or with one of these and the password  kia-ora-demo
    lead@demo.example        leads “Safe at home” (agency staff)
    planner@demo.example     plans in it
    provider@demo.example    contributes to it: a service provider
    panel@demo.example       contributes to it: a lived-experience panel
    partner@demo.example     decides with others in “Whānau navigators”
    reviewer@demo.example    reviews the safety of what “Safe at home” releases
    funder@demo.example      reads “Safe at home”
    outsider@demo.example    takes part in nothing
    admin@demo.example       administrator
TEXT
fi
printf '\nCtrl-C stops it. What it logs is in %s/\n' "${VAR_DIR#"$PWD/"}/log"

wait_for_supervisor || true
printf 'Stopped.\n'
