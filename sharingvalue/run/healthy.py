"""Says by its exit status whether a process of this program is well: `python sharingvalue/run/healthy.py web|beat`.

Uses nothing but the standard library, so that asking often costs little. The worker is asked by Celery itself
(`celery --app sharingvalue inspect ping`).
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

#: Beat sends a task every 15 seconds; this many seconds without one, and it has stopped.
BEAT_SENDS_WITHIN = 90


def web() -> str:
    """Ask the web server whether it is alive; gives "" or what is wrong."""
    port = os.environ.get("PORT", "8000")
    # Under the name by which people call the site: others are refused.
    host = urlsplit(os.environ.get("SITE_URL", "")).netloc or f"127.0.0.1:{port}"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    # Straight to this machine, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=4):
            return ""
    except (OSError, urllib.error.HTTPError) as error:
        return f"/healthz: {error}"


def beat() -> str:
    """Look when beat last sent a task; gives "" or what is wrong."""
    alive = Path(os.environ.get("VAR_DIR", "var")) / "beat" / "alive"
    if not alive.exists():
        return "beat has not sent anything yet"
    silent = time.time() - alive.stat().st_mtime
    return f"beat has sent nothing for {silent:.0f} seconds" if silent > BEAT_SENDS_WITHIN else ""


if __name__ == "__main__":
    sys.exit({"web": web, "beat": beat}[sys.argv[1]]() or 0)
