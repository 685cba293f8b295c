"""The Celery application: `celery -A sharingvalue.celery worker` and `… beat`."""

import os

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharingvalue.settings")

# The embedded broker, files://, is kombu's with whole messages only.
TRANSPORT_ALIASES["files"] = "sharingvalue.base.broker:Transport"

app = Celery("sharingvalue")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["sharingvalue.base", "projects"])


@worker_ready.connect
def sweep_at_once(**kwargs: object) -> None:
    """A worker that comes up says so at once, and takes what waited for it."""
    app.send_task("jobs.sweep")


@worker_process_init.connect
def load_the_press(**kwargs: object) -> None:
    """Load what makes PDFs when a worker's process begins, and not while somebody waits for the first one."""
    from projects import making  # noqa: F401
