"""What workers do for projects."""

from celery import shared_task

from sharingvalue.base import jobs


@shared_task(name="jobs.plan_summary")
def make_plan_summary(pk: str) -> None:
    from . import making  # WeasyPrint is heavy: only a worker that makes one loads it.

    jobs.run(pk, making.make, making.made)
