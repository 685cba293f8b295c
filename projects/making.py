"""Makes a summary's file: from the job's copy of the plan to a PDF in the store. Only workers and commands import it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from sharingvalue.base.models import Job

from .actions import summary_made
from .summaries import render


def make(job: Job, tell: Callable[[int, str], None]) -> dict:
    """Render the job's input and keep the file; the same job always writes the same place."""
    tell(5, "Reading the plan")
    content = render(job.input, job.asked_at, tell)
    tell(95, "Putting it away")
    path = f"summaries/{job.pk}.pdf"
    # A worker that was stopped after writing may have left one: the place is the job's, so it is written over.
    if default_storage.exists(path):
        default_storage.delete(path)
    default_storage.save(path, ContentFile(content))
    return {"path": path, "size": len(content)}


def made(job: Job) -> None:
    """The line of history, in the transaction that ends the job; the copy of the plan is not needed any more.

    It is dropped, so that words withdrawn later are not kept in it; its key still keeps it from being made twice.
    """
    summary_made(job)
    Job.objects.filter(pk=job.pk).update(input={})
