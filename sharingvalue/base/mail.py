"""Mail is a job like any other: written with what caused it, sent after the commit, once."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from . import jobs
from .models import Job


def post(to: str, subject: str, text: str, *, by: Any, key: str = "") -> Job:
    """Ask for a plain-text mail to one address; the same `key` is never sent twice."""
    return jobs.ask(
        "mail", key or uuid.uuid4().hex, {"to": to, "subject": " ".join(subject.split()), "text": text}, by=by
    )


def deliver(job: Job, tell: Any) -> dict:
    """Send the mail of `job`. Raises what the mail server's client raises, and is then tried again."""
    letter = EmailMessage(
        job.input["subject"], job.input["text"], settings.DEFAULT_FROM_EMAIL, [job.input["to"]]
    )
    letter.send()
    return {}


def forget(job: Job) -> None:
    """Drop the words of a mail that went out: codes and links in it are for its reader alone.

    A demonstration keeps them, since it shows its mails instead of sending them.
    """
    if not settings.DEMO:
        Job.objects.filter(pk=job.pk).update(input={})
