"""What workers do for every app."""

from celery import shared_task

from . import jobs, mail


@shared_task(name="jobs.sweep")
def sweep() -> None:
    jobs.sweep()


@shared_task(name="jobs.mail")
def deliver_mail(pk: str) -> None:
    jobs.run(pk, mail.deliver, mail.forget)
