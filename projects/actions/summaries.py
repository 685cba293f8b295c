"""PDF summaries: asked for, made once, shared outside by a link that ends."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from sharingvalue.base import jobs
from sharingvalue.base.history import SYSTEM, record, seen
from sharingvalue.base.models import Job

from ..models import Summary, SummaryLink
from ..plan import Plan
from ..take_away import key_of, summary_input

KIND = "plan_summary"


@transaction.atomic
def summary_ask(plan: Plan, *, by: Any) -> Summary:
    """Ask for the summary of `plan`, as the person may read it; the same plan is made once.

    A failed one is tried again.
    """
    project = plan.project
    data = summary_input(plan)
    job = jobs.ask(KIND, f"{project.reference}-{key_of(data)}", data, by=by)
    summary, made = Summary.objects.get_or_create(
        job=job,
        defaults={
            "project": project,
            "edition": plan.edition,
            "plan_version": data["version"],
        },
    )
    if made:
        # A reader's asking is the reader's: history, which they do not read, names them to the team alone.
        record("summary.ask", summary, by=by, audience="team")
    return summary


def summary_made(job: Job) -> None:
    """Write the one line that says that a summary is there; in the transaction that ends its job."""
    record("summary.made", Summary.objects.select_related("project").get(job=job), by=SYSTEM, audience="team")


@transaction.atomic
def summary_share(
    summary: Summary, *, for_whom: str, until: date, by: Any, once: uuid.UUID | None = None
) -> tuple[SummaryLink, str]:
    """Make a link for somebody outside; gives it and its token, which is kept nowhere and can be shown only now.

    The token is "" when the same form came twice. Raises ValueError for a day that is over.
    """
    if until < timezone.localdate():
        raise ValueError("a link cannot end before it begins")
    token = SummaryLink.new_token()
    link, made = SummaryLink.objects.get_or_create(
        once=once or uuid.uuid4(),
        defaults={
            "summary": summary,
            "token_hash": SummaryLink.hash_of(token),
            "for_whom": for_whom,
            "until": until,
            "made_by": by,
        },
    )
    if not made:
        return link, ""
    record(
        "summary.share",
        link,
        by=by,
        after={"for_whom": for_whom, "until": until.isoformat()},
        audience="team",
    )
    return link, token


@transaction.atomic
def summary_revoke(link: SummaryLink, *, by: Any) -> None:
    """Take a link back: from now on it is as if it had never been."""
    if SummaryLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        record("summary.revoke", link, by=by, audience="team")


@transaction.atomic
def summary_open(link: SummaryLink, *, by: Any) -> None:
    """Note that somebody took the summary by its link."""
    SummaryLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_opened_at=timezone.now())
    seen("summary.open", link, by=by)
