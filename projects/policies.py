"""The law of a project: what each role is given, what each action needs, and what forbids it all the same.

docs/permissions.md says the same as a table; a test compares them cell by cell.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sharingvalue.base.access import ANYONE, RULES, SIGNED_IN, WHY, Ask, Rule
from stakeholders.policies import anybody

from .models import Edition, Participant, Role, Stage

# What each role is given on a project, through guardian.
GRANTS: dict[Role, set[str]] = {
    Role.READER: {"view_project"},
    Role.CONTRIBUTOR: {"view_project", "talk_project"},
    Role.DECISION_PARTNER: {"view_project", "talk_project"},
    Role.SAFETY_REVIEWER: {"view_project", "talk_project", "review_project"},
    Role.PLANNER: {"view_project", "talk_project", "change_project"},
    Role.LEAD: {"view_project", "talk_project", "change_project", "manage_project"},
}

VIEW, TALK = "projects.view_project", "projects.talk_project"
CHANGE, MANAGE, REVIEW = "projects.change_project", "projects.manage_project", "projects.review_project"

WHY |= {
    VIEW: _("You do not take part in this project."),
    TALK: _("You read this plan. To take part in the talk, ask the lead for the part of contributor."),
    CHANGE: _("Only the team, the lead and planners, can do this."),
    MANAGE: _("Only the lead can do this."),
    REVIEW: _("Only a safety reviewer can do this."),
}


# --- Refusals: each gives a sentence for people, or "" ---


def stopped(ask: Ask) -> str:
    """A stopped project stays as it was stopped."""
    if ask.thing.access_root.stage == Stage.STOPPED:
        return _("This project was stopped. What was planned and said stays as it was.")
    return ""


def closed(ask: Ask) -> str:
    """A closed project stays as it was closed."""
    if ask.thing.access_root.stage == Stage.CLOSED:
        return _("This project is closed. What was planned and said stays as it was.")
    return ""


def removed(ask: Ask) -> str:
    """Nobody starts a talk about what is not in the plan."""
    if getattr(ask.thing, "removed_at", None):
        return _("This purpose was removed. Put it back first.")
    return ""


def not_its_author(ask: Ask) -> str:
    """Nobody changes another's words."""
    if ask.thing.author_id != ask.user.pk:
        return _("Only the person who said it can change or withdraw it.")
    return ""


def withdrawn(ask: Ask) -> str:
    """What was withdrawn stays withdrawn."""
    if ask.thing.withdrawn_at:
        return _("This comment was withdrawn.")
    return ""


def neither_team_nor_its_author(ask: Ask) -> str:
    """A thread is settled by who began it, or by the team."""
    if not ask.has(CHANGE) and ask.thing.started_by_id != ask.user.pk:
        return _("Only the team, or the person who began it, can settle this.")
    return ""


def a_role_of_the_lead(ask: Ask) -> str:
    """Planners bring in and let go contributors and readers; the other parts are the lead's to give and take."""
    if not ask.has(MANAGE) and ask.thing.role not in (Role.CONTRIBUTOR, Role.READER):
        return _("Only the lead can give or take this part.")
    return ""


def the_last_lead(ask: Ask) -> str:
    """A project is never without a lead."""
    part = ask.thing
    if part.role == Role.LEAD and not (
        part.project.participants.current().filter(role=Role.LEAD).exclude(pk=part.pk).exists()
    ):
        return _("This is the project’s only lead. Make somebody else lead first.")
    return ""


def not_oneself(ask: Ask) -> str:
    """One leaves by oneself only; a part given to an organisation is the lead's to end."""
    if ask.thing.user_id != ask.user.pk:
        return _("You can end only your own part.")
    return ""


def a_decision_partner(ask: Ask) -> str:
    """Who decides with the lead is not made something less by the lead."""
    if ask.thing.role == Role.DECISION_PARTNER:
        return _("A decision partner leaves by itself, or is removed with a reason that it is told.")
    return ""


def both_sides(ask: Ask) -> str:
    """Who plans may not judge, through whatever organisation the two parts come."""
    if ask.has(REVIEW) and ask.has(CHANGE):
        return _("You plan in this project, so you cannot be the one who reviews it.")
    return ""


def not_ready(ask: Ask) -> str:
    """A file is there once the worker has made it."""
    if ask.thing.job.state != ask.thing.job.State.DONE:
        return _("This summary is not ready yet.")
    return ""


def not_the_readers_edition(ask: Ask) -> str:
    """What people said, and their names, do not leave the project."""
    if ask.thing.edition != Edition.READER:
        return _(
            "This edition holds what people said. Make the reader’s edition, and share that one outside."
        )
    return ""


def not_the_lead_nor_its_maker(ask: Ask) -> str:
    """A link is taken back by who made it, or by the lead."""
    if not ask.has(MANAGE) and ask.thing.made_by_id != ask.user.pk:
        return _("Only the lead, or the person who made the link, can take it back.")
    return ""


def participant_is_mine_to_know(ask: Ask) -> bool:
    """Readers see organisations, not persons: of persons they know themselves alone."""
    return ask.has(TALK) or (ask.has(VIEW) and ask.thing.user_id == ask.user.pk)


def purpose_is_mine_to_know(ask: Ask) -> bool:
    """A removed purpose is out of the plan; the team alone still knows of it."""
    return ask.has(CHANGE) or (ask.has(VIEW) and not getattr(ask.thing, "removed_at", None))


def summary_is_mine_to_know(ask: Ask) -> bool:
    """Readers do not know of full editions: the talk itself is hidden from them."""
    return ask.has(VIEW) and (ask.thing.edition == Edition.READER or ask.has(TALK))


# --- What each action needs, and what forbids it all the same ---

over = (stopped, closed)

RULES |= {
    "project.list": Rule(SIGNED_IN, knows=anybody),
    "project.start": Rule(SIGNED_IN, knows=anybody),
    "project.view": Rule(VIEW),
    "project.edit": Rule(CHANGE, unless=over),
    "history.view": Rule(TALK, knows=TALK),
    "purpose.view": Rule(VIEW, knows=purpose_is_mine_to_know),
    "purpose.add": Rule(CHANGE, unless=over),
    "purpose.edit": Rule(CHANGE, unless=over, knows=purpose_is_mine_to_know),
    "purpose.move": Rule(CHANGE, unless=(*over, removed), knows=purpose_is_mine_to_know),
    "purpose.remove": Rule(CHANGE, unless=over, knows=purpose_is_mine_to_know),
    "purpose.restore": Rule(CHANGE, unless=over, knows=purpose_is_mine_to_know),
    "participant.contact": Rule(CHANGE),
    "participant.names": Rule(TALK),
    "participant.invite": Rule(CHANGE, unless=over),
    "participant.edit": Rule(CHANGE, unless=over, knows=participant_is_mine_to_know),
    "participant.appoint": Rule(MANAGE, unless=over),
    "participant.role": Rule(
        MANAGE, unless=(*over, the_last_lead, a_decision_partner), knows=participant_is_mine_to_know
    ),
    "participant.remove": Rule(
        CHANGE, unless=(*over, a_role_of_the_lead, the_last_lead), knows=participant_is_mine_to_know
    ),
    "participant.leave": Rule(VIEW, unless=(not_oneself, the_last_lead), knows=participant_is_mine_to_know),
    "talk.view": Rule(TALK, knows=TALK),
    "comment.add": Rule(TALK, unless=(*over, removed), knows=purpose_is_mine_to_know),
    "comment.reply": Rule(TALK, unless=over),
    "comment.edit": Rule(TALK, unless=(*over, not_its_author, withdrawn)),
    "comment.withdraw": Rule(TALK, unless=(*over, not_its_author, withdrawn)),
    "thread.resolve": Rule(TALK, unless=(*over, neither_team_nor_its_author)),
    "thread.reopen": Rule(TALK, unless=(*over, neither_team_nor_its_author)),
    "thread.read": Rule(TALK, knows=TALK),
    "summary.list": Rule(VIEW),
    "summary.ask": Rule(VIEW),
    "summary.view": Rule(VIEW, knows=summary_is_mine_to_know),
    "summary.download": Rule(VIEW, unless=(not_ready,), knows=summary_is_mine_to_know),
    "summary.share": Rule(CHANGE, unless=(not_ready, not_the_readers_edition), knows=summary_is_mine_to_know),
    "summary.revoke": Rule(CHANGE, unless=(not_the_lead_nor_its_maker,)),
    "summary.open": Rule(ANYONE, knows=anybody),
}


# --- Invariants that actions and higher doors share ---

TEAM = {Role.LEAD, Role.PLANNER}


def roles_of(user: Any, project_id: int, organisations: Any = None, exclude: int | None = None) -> set[str]:
    """The roles a person has on a project, by themself and through organisations (given, or those they belong to).

    `exclude` is the key of a participant not to count.
    """
    from django.db.models import Q

    if organisations is None:
        organisations = user.affiliations.values_list("organisation_id", flat=True)
    parts = Participant.objects.current().filter(project_id=project_id).exclude(pk=exclude)
    return set(
        parts.filter(Q(user=user) | Q(organisation__in=list(organisations))).values_list("role", flat=True)
    )


def on_both_sides(roles: set[str]) -> bool:
    """Whether these roles together would let one person judge their own work."""
    return Role.SAFETY_REVIEWER in roles and bool(TEAM & roles)


def would_be_on_both_sides(user: Any, organisation: Any) -> str:
    """Why `user` may not belong to `organisation`: they would both plan and review one project. "" when they may."""
    theirs = set(user.affiliations.values_list("organisation_id", flat=True)) | {organisation.pk}
    for part in Participant.objects.current().filter(organisation=organisation).select_related("project"):
        if on_both_sides(roles_of(user, part.project_id, theirs)):
            return _(
                "%(person)s would both plan and review a project of %(organisation)s. End one of the two parts first."
            ) % {"person": user.name, "organisation": organisation.name}
    return ""
