"""The web server: `gunicorn --config sharingvalue/run/gunicorn.conf.py sharingvalue.wsgi`.

From the environment: BIND and PORT say where it listens, WEB_CONCURRENCY how many processes, WEB_THREADS how many
requests each answers at once, ACCESS_LOG=1 prints a line for each request.
"""

import os
from pathlib import Path

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# gunicorn takes WEB_CONCURRENCY by itself; two processes use both cores of a small machine.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
# Nothing slow happens in a request; what takes this long has hung.
timeout = 60
graceful_timeout = 20
# Renewed now and then, not all at the same time, so that a leak in some library never grows for weeks.
max_requests = 20_000
max_requests_jitter = 2_000
# In memory: a heartbeat file on a slow disk makes a healthy process look dead.
memory = Path("/dev/shm")  # noqa: S108 (gunicorn makes a file of its own in it, with a random name)
worker_tmp_dir = str(memory) if os.access(memory, os.W_OK) else None
# It would lie in the home folder, where two copies of the program meet, and nobody uses it.
control_socket_disable = True
accesslog = "-" if os.environ.get("ACCESS_LOG") == "1" else None
