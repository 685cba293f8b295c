"""Comments: said, answered, withdrawn, settled."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from sharingvalue.base.history import record

from .. import policies
from ..models import Comment, Purpose, Role, Thread, ThreadReading


@transaction.atomic
def comment_add(
    purpose: Purpose,
    *,
    kind: str,
    text: str,
    by: Any,
    block: str = "",
    as_group: bool = False,
    once: uuid.UUID | None = None,
) -> Comment:
    """Begin a thread on a purpose, or on one of its texts (`block`). The same `once` gives the same comment.

    `as_group` shows the author's group everywhere and their name nowhere.
    """
    if once and (again := Comment.objects.filter(once=once).select_related("thread").first()) is not None:
        return again
    from_team = _in_team(by, purpose.project_id)
    thread = Thread.objects.create(
        project=purpose.project,
        purpose=purpose,
        block=block,
        kind=kind,
        started_by=by,
        last_by=by,
        answered=from_team,
    )
    comment = _said(thread, text, by, from_team, as_group, once)
    record("comment.add", comment, by=by, after={"kind": kind, "block": block}, shown=comment.shown)
    return comment


@transaction.atomic
def comment_reply(
    thread: Thread, *, text: str, by: Any, as_group: bool = False, once: uuid.UUID | None = None
) -> Comment:
    """Say something in a thread. The team's words answer it; anybody else's ask again.

    A settled thread is open again when somebody outside the team replies.
    """
    thread = Thread.objects.select_for_update().select_related("project", "purpose").get(pk=thread.pk)
    if once and (again := Comment.objects.filter(once=once).select_related("thread").first()) is not None:
        return again
    from_team = _in_team(by, thread.project_id)
    comment = _said(thread, text, by, from_team, as_group, once)
    thread.last_at, thread.last_by, thread.answered = comment.at, by, from_team
    if not from_team:
        thread.resolved_at = thread.resolved_by = None
    thread.save(update_fields=["last_at", "last_by", "answered", "resolved_at", "resolved_by"])
    record("comment.reply", comment, by=by, shown=comment.shown)
    return comment


@transaction.atomic
def comment_edit(comment: Comment, text: str, *, by: Any) -> None:
    """Change one's own words; the page says that they were changed, and history keeps what they were."""
    row = Comment.objects.select_for_update().get(pk=comment.pk)
    if row.text == text or row.withdrawn_at:
        return
    before, row.text, row.edited_at = row.text, text, timezone.now()
    row.save(update_fields=["text", "edited_at"])
    record("comment.edit", comment, by=by, before={"text": before}, after={"text": text}, shown=comment.shown)


@transaction.atomic
def comment_withdraw(comment: Comment, *, by: Any) -> None:
    """Take back one's own words: a stub stays, and nobody reads them any more."""
    thread = Thread.objects.select_for_update().get(pk=comment.thread_id)
    if not Comment.objects.filter(pk=comment.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now()
    ):
        return
    left = thread.comments.filter(withdrawn_at__isnull=True).order_by("-at", "-pk").first()
    # With nothing left to answer, nobody is asked to answer it.
    thread.answered = left.from_team if left else True
    if left:
        thread.last_at, thread.last_by = left.at, left.author
    thread.save(update_fields=["answered", "last_at", "last_by"])
    record("comment.withdraw", comment, by=by, shown=comment.shown)


@transaction.atomic
def thread_resolve(thread: Thread, *, by: Any) -> None:
    """Say that a thread is settled."""
    shown = _shown_in(thread, by)
    if Thread.objects.filter(pk=thread.pk, resolved_at__isnull=True).update(
        resolved_at=timezone.now(), resolved_by=by, resolved_shown=shown
    ):
        record("thread.resolve", thread, by=by, shown=shown)


@transaction.atomic
def thread_reopen(thread: Thread, *, by: Any) -> None:
    """Open a settled thread again."""
    shown = _shown_in(thread, by)
    if Thread.objects.filter(pk=thread.pk, resolved_at__isnull=False).update(
        resolved_at=None, resolved_by=None, resolved_shown=""
    ):
        record("thread.reopen", thread, by=by, shown=shown)


@transaction.atomic
def thread_read(thread: Thread, *, by: Any) -> None:
    """Say that one has read what was answered, so that it waits no longer."""
    ThreadReading.objects.update_or_create(thread=thread, user=by, defaults={"at": timezone.now()})
    record("thread.read", thread, by=by, shown=_shown_in(thread, by))


def _said(
    thread: Thread, text: str, by: Any, from_team: bool, as_group: bool, once: uuid.UUID | None
) -> Comment:
    comment = Comment.objects.create(
        thread=thread,
        author=by,
        # Who plans, decides or checks always speaks by name: people must know who decides.
        # Nor is anybody named in a thread in which they spoke as their group before.
        shown="" if _by_name(by, thread.project_id) else by.group_name if as_group else _spoke_as(thread, by),
        from_team=from_team,
        text=text,
        once=once or uuid.uuid4(),
    )
    ThreadReading.objects.update_or_create(thread=thread, user=by, defaults={"at": comment.at})
    return comment


def _shown_in(thread: Thread, by: Any) -> str:
    """How somebody is named in a thread: the team by name, and nobody by name where they spoke as their group."""
    return "" if _by_name(by, thread.project_id) else _spoke_as(thread, by) or by.shown


def _spoke_as(thread: Thread, by: Any) -> str:
    return thread.comments.filter(author=by).exclude(shown="").values_list("shown", flat=True).first() or ""


def _by_name(user: Any, project_id: int) -> bool:
    return bool(policies.roles_of(user, project_id) - {Role.CONTRIBUTOR, Role.READER})


def _in_team(user: Any, project_id: int) -> bool:
    return bool(policies.TEAM & policies.roles_of(user, project_id))
