"""Who may do what with outputs and released insights."""

from __future__ import annotations

from django.utils.translation import gettext as _

from projects.policies import CHANGE, MANAGE, REVIEW, VIEW, anybody, both_sides, over
from sharingvalue.base.access import ADMINISTRATOR, ANYONE, RULES, SIGNED_IN, Ask, Rule

from .models import Audience, State

# --- Refusals ---


def in_review(ask: Ask) -> str:
    """What a reviewer reads must hold still."""
    if ask.thing.state == State.IN_REVIEW:
        return _("It is with the safety reviewer. Wait for the answer, or take it back to draft first.")
    return ""


def released(ask: Ask) -> str:
    """What was checked is what is published: a released version is never edited."""
    if ask.thing.state == State.RELEASED:
        return _("It is released. To change it, withdraw it first; the page then says so.")
    return ""


def not_a_draft(ask: Ask) -> str:
    """Only a draft can be handed in."""
    if ask.thing.state not in (State.DRAFT, State.WITHDRAWN):
        return _("It is not a draft any more.")
    return ""


def not_in_review(ask: Ask) -> str:
    """A reviewer answers what was handed in."""
    if ask.thing.state != State.IN_REVIEW:
        return _("It was not handed in for review, or has been answered.")
    return ""


def wrote_it(ask: Ask) -> str:
    """Author and reviewer are different people."""
    if ask.thing.authors.filter(user=ask.user.pk).exists():
        return _("You wrote or uploaded this, so somebody else has to release it.")
    return ""


def no_longer_there(ask: Ask) -> str:
    """A withdrawn insight's page stays and says so; its file does not."""
    if ask.thing.withdrawn_at:
        return _("This insight was withdrawn.")
    return ""


# --- Who may know ---


def makers(ask: Ask) -> bool:
    """An unreleased output is known to those who make it and those who check it."""
    return ask.any_of((CHANGE, REVIEW))


def readers_of_the_release(ask: Ask) -> bool:
    """An open insight is known to anyone; a restricted one to those who take part."""
    return ask.thing.audience == Audience.OPEN or ask.has(VIEW)


def who_may_ask_to_withdraw(ask: Ask) -> bool:
    """Those of the project, and administrators for what anyone may read; to others it is just an insight."""
    return readers_of_the_release(ask) and ask.any_of((VIEW, ADMINISTRATOR))


def readers_of_the_file(ask: Ask) -> bool:
    """As the insight itself, and nobody once it is withdrawn."""
    return readers_of_the_release(ask) and ask.thing.withdrawn_at is None


# --- What each action needs, and what forbids it all the same ---

RULES |= {
    "output.add": Rule(CHANGE, unless=over),
    "output.edit": Rule(CHANGE, unless=(*over, in_review, released), knows=makers),
    "output.share": Rule(MANAGE, unless=(*over, in_review, released), knows=makers),
    "output.submit": Rule(CHANGE, unless=(*over, not_a_draft), knows=makers),
    "output.take_back": Rule(CHANGE, unless=(*over, not_in_review), knows=makers),
    "output.preview": Rule((CHANGE, REVIEW), knows=makers),
    "file.download": Rule((CHANGE, REVIEW), knows=makers),
    "output.return": Rule(REVIEW, unless=(*over, not_in_review, both_sides), knows=makers),
    "output.release": Rule(REVIEW, unless=(*over, not_in_review, both_sides, wrote_it), knows=makers),
    "output.withdraw": Rule(
        (MANAGE, REVIEW, ADMINISTRATOR), unless=(no_longer_there,), knows=who_may_ask_to_withdraw
    ),
    "insight.list": Rule(ANYONE, knows=anybody),
    "insight.view": Rule(ANYONE, knows=readers_of_the_release),
    "insight.download": Rule(ANYONE, knows=readers_of_the_file),
    "shared.view": Rule(SIGNED_IN, knows=anybody),
}
