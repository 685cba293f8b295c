"""The append-only history: who did what to which thing, when, and what it said before.

It is the activity feed, the audit trail, the differences and the way back.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class _System:
    """The actor of what nobody pressed: a round that closes itself, a job that ends."""

    is_authenticated = False
    pk = None

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = _System()


class Audience(models.TextChoices):
    """Who may read a line of history, apart from the project's readers, who read none."""

    TALK = "talk", "everyone who takes part in the talk"
    TEAM = "team", "the team, and the safety reviewers"
    NOBODY = "own", "the person themself and the administrators of the database"


def record(
    action: str,
    thing: models.Model,
    *,
    by: Any,
    before: dict | None = None,
    after: dict | None = None,
    version: int | None = None,
    note: str = "",
    audience: str = Audience.TALK,
    shown: str | None = None,
):
    """Write one line of history in the caller's transaction and give it back.

    `action` is the key of the rule ("purpose.edit"); `by` a user, an anonymous visitor or SYSTEM; `before` and
    `after` hold only the fields that changed, as JSON values; `note` is a reason in words. Without `shown` the person is
    named as they wish to be; "" names them by their own name, as acts must be for which people answer. Raises
    ValueError without an actor or for an odd key.
    """
    from .models import Entry

    if by is None:
        raise ValueError("history needs an actor: a user, an anonymous visitor, or SYSTEM")
    if action.count(".") != 1:
        raise ValueError(f"not the key of an action: {action!r}")
    return Entry.objects.create(
        at=timezone.now(),
        by=by if by.is_authenticated else None,
        actor=Entry.Actor.PERSON
        if by.is_authenticated
        else Entry.Actor.SYSTEM
        if by is SYSTEM
        else Entry.Actor.ANYONE,
        shown=getattr(by, "shown", "") if shown is None else shown,
        action=action,
        place=getattr(thing, "history_place", ""),
        kind=thing._meta.label_lower,
        thing=str(thing.pk),
        name=str(thing)[:200],
        before=before or {},
        after=after or {},
        version=version,
        note=note,
        audience=audience,
    )


def seen(action: str, thing: models.Model, *, by: Any) -> None:
    """Leave the one line a look may leave: who looked at a restricted thing, or took a file, and when."""
    record(action, thing, by=by, audience=Audience.TEAM)


def of(thing: models.Model):
    """The history of one thing, oldest first."""
    from .models import Entry

    return Entry.objects.filter(kind=thing._meta.label_lower, thing=str(thing.pk)).order_by("pk")
