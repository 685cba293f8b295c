"""Slow work: a row with a state, a two-line task, a plain function.

The row, not the broker, survives: a worker claims it with a conditional update that sets a lease, renews the lease
from a thread, and whoever finds a lease run out may claim it again. After JOB_TRIES tries it has failed.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from .models import Job

log = logging.getLogger(__name__)

#: Key of the cache entry by which a worker says that it lives, and how long that is believed, in seconds.
WORKER_SEEN = "worker-seen"
WORKER_SEEN_FOR = 90


class LeaseLostError(Exception):
    """Another worker has the job by now: this one came back from the dead, and stops without a trace."""


class JobError(Exception):
    """The job cannot succeed, however often it is tried; the message is a sentence for people."""


def ask(kind: str, key: str, input: dict, *, by: Any) -> Job:
    """Ask for the work `kind` on `input`, once: the same `key` gives the row that is already there.

    A failed job is taken up again. The message to the workers leaves after the transaction; when the broker is down
    the row waits and `sweep` sends it.
    """
    job, made = Job.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={"input": input, "asked_by": by if by.is_authenticated else None},
    )
    if not made and job.state == Job.State.FAILED:
        Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
            state=Job.State.WAITING,
            tries=0,
            error="",
            sent_at=None,
            finished_at=None,
            asked_at=timezone.now(),
            input=input,
            progress=0,
            doing="",
        )
        job.refresh_from_db()
        made = True
    if made:
        transaction.on_commit(lambda: send(job.pk, kind))
    return job


def send(pk: uuid.UUID, kind: str) -> bool:
    """Tell the workers that this job waits; False when the broker cannot be reached."""
    try:
        import_string(settings.CELERY_APP).send_task(f"jobs.{kind}", args=[str(pk)])
    except Exception as error:  # Whatever the broker's client raises: the row is kept, the page must go on.
        log.warning("broker not reached, job %s waits: %s", pk, type(error).__name__)
        return False
    Job.objects.filter(pk=pk).update(sent_at=timezone.now())
    return True


def run(
    pk: str, work: Callable[[Job, Callable[[int, str], None]], dict], done: Callable | None = None
) -> bool:
    """Do the job `pk` by `work(job, tell)`, if it can be claimed; False when another has it or it is over.

    `work` gives the result as JSON values and may call `tell(percent, what)`,
    which ends a worker that lost its lease meanwhile. `done(job)` is called in the
    transaction that marks the job as done, so that what it writes is written once.
    """
    lease = uuid.uuid4()
    now = timezone.now()
    claimed = (
        Job.objects.filter(pk=pk, tries__lt=settings.JOB_TRIES)
        .filter(Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now))
        .update(
            state=Job.State.RUNNING,
            lease=lease,
            lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            tries=_one_more("tries"),
            progress=0,
            doing="",
        )
    )
    if not claimed:
        return False
    job = Job.objects.get(pk=pk)
    mine = Job.objects.filter(pk=pk, lease=lease, state=Job.State.RUNNING)

    def tell(percent: int, what: str = "") -> None:
        if not mine.update(progress=max(0, min(100, percent)), doing=what[:200]):
            raise LeaseLostError

    stop = threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(mine.all(), stop), daemon=True)
    keeper.start()
    try:
        result = work(job, tell)
    except LeaseLostError:
        log.warning("job %s: another worker has it by now", job)
        return False
    except JobError as error:
        mine.update(state=Job.State.FAILED, error=str(error), finished_at=timezone.now())
        return True
    except Exception as error:
        log.exception("job %s failed, try %s", job, job.tries)
        last = job.tries >= settings.JOB_TRIES
        mine.update(
            state=Job.State.FAILED if last else Job.State.WAITING,
            error=_sentence(error),
            finished_at=timezone.now() if last else None,
            sent_at=timezone.now(),
            lease_until=None,
        )
        return True
    finally:
        stop.set()
        keeper.join(timeout=5)
    with transaction.atomic():
        # Only the holder of the lease may finish: a worker that was thought dead comes too late, and changes nothing.
        if not mine.update(
            state=Job.State.DONE, progress=100, doing="", result=result, error="", finished_at=timezone.now()
        ):
            return False
        if done is not None:
            job.refresh_from_db()
            done(job)
    return True


def sweep() -> dict[str, int]:
    """Send again what waits unsent, was sent and not taken, or lost its lease; end what was tried too often.

    Called by beat every 15 seconds, in a worker: it also says that a worker lives. Gives how many of each.
    """
    cache.set(WORKER_SEEN, timezone.now().isoformat(), WORKER_SEEN_FOR)
    now = timezone.now()
    given_up = (
        Job.objects.filter(tries__gte=settings.JOB_TRIES)
        .filter(Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now))
        .update(
            state=Job.State.FAILED,
            finished_at=now,
            error="Three workers stopped in the middle of it. Ask again; if it fails again, tell the administrator.",
        )
    )
    if not settings.DEMO:
        # Codes and links in a mail that never went out are nobody's business.
        Job.objects.filter(kind="mail", state=Job.State.FAILED).exclude(input={}).update(input={})
    again = Job.objects.filter(tries__lt=settings.JOB_TRIES).filter(
        Q(state=Job.State.WAITING, sent_at__isnull=True)
        | Q(state=Job.State.WAITING, sent_at__lt=now - timedelta(seconds=settings.JOB_RESEND_SECONDS))
        | Q(state=Job.State.RUNNING, lease_until__lt=now)
    )
    sent = 0
    for pk, kind in again.order_by("asked_at").values_list("pk", "kind")[:500]:
        if not send(pk, kind):
            break  # The broker is down: the next sweep tries again.
        sent += 1
    return {"sent": sent, "given up": given_up}


def worker_seen() -> bool:
    """Whether a worker has been heard of lately."""
    return cache.get(WORKER_SEEN) is not None


def _keep_lease(mine, stop: threading.Event) -> None:
    """Renew the lease until told to stop; runs in a thread with a database connection of its own."""
    try:
        while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
            mine.update(lease_until=timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS))
            # A worker busy with something long has no time to sweep, and lives all the same.
            cache.set(WORKER_SEEN, timezone.now().isoformat(), WORKER_SEEN_FOR)
    finally:
        connection.close()


def _one_more(field: str):
    from django.db.models import F

    return F(field) + 1


def _sentence(error: Exception) -> str:
    return f"Something went wrong while making it ({type(error).__name__}). It is tried {settings.JOB_TRIES} times."
