"""Who takes part. guardian's rows are derived here, by one function, in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from sharingvalue.base import access, mail
from sharingvalue.base.history import record
from sharingvalue.base.models import Entry
from stakeholders.actions import RefusedError, person_add
from stakeholders.models import Organisation, User

from .. import policies
from ..models import Participant, Project, Role


def wanted_rows(project: Project) -> dict[access.Holder, set[str]]:
    """What guardian's rows on `project` must say, by who takes part in it now."""
    wanted: dict[access.Holder, set[str]] = {}
    for part in project.participants.current().select_related("organisation"):
        holder = ("group", part.organisation.group_id) if part.organisation_id else ("user", part.user_id)
        wanted.setdefault(holder, set()).update(policies.GRANTS[part.role])
    return wanted


def sync_permissions(project: Project) -> None:
    """Make guardian's rows on `project` say what its participants say."""
    access.set_rows(project, wanted_rows(project))


def participant_enter(
    project: Project,
    *,
    role: str,
    by: Any,
    user: User | None = None,
    organisation: Organisation | None = None,
    interest: str = "",
    once: uuid.UUID | None = None,
    since: Any = None,
    action: str = "participant.invite",
) -> Participant:
    """Let one person or organisation take part, in the caller's transaction.

    Raises RefusedError when they take part already, or would both plan and review.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    here = project.participants.current()
    if (user and here.filter(user=user).exists()) or (
        organisation and here.filter(organisation=organisation).exists()
    ):
        # Not by the account's name: it would tell who stands behind a group, and who has an account.
        who = organisation.name if organisation else _("Somebody with this address")
        raise RefusedError(_("%(who)s takes part already.") % {"who": who})
    participant = Participant(
        project=project,
        user=user,
        organisation=organisation,
        role=role,
        interest=interest,
        since=since or timezone.localdate(),
        invited_by=by if by.is_authenticated else None,
        once=once or uuid.uuid4(),
    )
    _not_on_both_sides(participant)
    _not_unmasked(participant)
    participant.save()
    record(
        action,
        participant,
        by=by,
        shown="",
        version=1,
        after={"role": role, "interest": interest},
    )
    sync_permissions(project)
    return participant


@transaction.atomic
def participant_invite(
    project: Project,
    *,
    role: str,
    by: Any,
    organisation: Organisation | None = None,
    email: str = "",
    name: str = "",
    interest: str = "",
    once: uuid.UUID | None = None,
) -> Participant:
    """Let an organisation of the register, or the person with an e-mail address, take part, and tell them by mail.

    A person without an account gets one, without a password. Raises RefusedError as participant_enter does.
    """
    if once and (again := Participant.objects.filter(once=once).first()) is not None:
        return again
    since = timezone.now() - timedelta(days=1)
    if (
        Entry.objects.filter(by=by, action="participant.invite", at__gte=since).count()
        >= settings.INVITATIONS_A_DAY
    ):
        raise RefusedError(
            _("That is enough invitations for one day. Go on tomorrow, or ask an administrator.")
        )
    user = None
    if organisation is None:
        user, _made = person_add(email, name, by=by)
    participant = participant_enter(
        project, role=role, by=by, user=user, organisation=organisation, interest=interest, once=once
    )
    people: Iterable[User] = (
        [user] if user else User.objects.filter(affiliations__organisation=organisation, is_active=True)
    )
    for person in people:
        context = {
            "person": person,
            "project": project,
            "participant": participant,
            "by": by,
            "site_url": settings.SITE_URL,
        }
        mail.post(
            person.email,
            _("%(by)s asks you to take part in “%(project)s”") % {"by": by.name, "project": project.title},
            render_to_string("projects/mail/invite.txt", context),
            by=by,
            key=f"invite-{participant.pk}-{person.pk}",
        )
    return participant


@transaction.atomic
def participant_edit(participant: Participant, changes: dict[str, Any], *, seen: int, by: Any) -> None:
    """Change what is said of a participant's interest and experience."""
    participant.change("participant.edit", seen, by=by, **changes)


@transaction.atomic
def participant_role(participant: Participant, role: str, *, by: Any) -> None:
    """Give a participant another part.

    Raises RefusedError when the project would be without a lead, or somebody on both sides of a review.
    """
    project = Project.objects.select_for_update().get(pk=participant.project_id)
    participant.refresh_from_db()
    if participant.role == role or participant.left_on:
        return
    if participant.role == Role.LEAD:
        _not_the_last_lead(project, participant)
    before, participant.role = participant.role, role
    _not_on_both_sides(participant)
    _not_unmasked(participant)
    participant.version += 1
    participant.save(update_fields=["role", "version"])
    record(
        "participant.role",
        participant,
        by=by,
        shown="",
        before={"role": before},
        after={"role": role},
        version=participant.version,
    )
    sync_permissions(project)


@transaction.atomic
def participant_remove(participant: Participant, *, reason: str, by: Any) -> None:
    """End somebody's part; it ends at their next request, and they are told the reason when one is given.

    Raises RefusedError for a last lead, and for a decision partner without a reason.
    """
    if participant.role == Role.DECISION_PARTNER and not reason.strip():
        raise RefusedError(
            _("A decision partner is removed with a reason only: it is told to them, and kept.")
        )
    if not _end(participant, "participant.remove", by=by, note=reason):
        return
    if reason and participant.user:
        text = render_to_string(
            "projects/mail/removed.txt",
            {"person": participant.user, "project": participant.project, "reason": reason, "by": by},
        )
        subject = _("Your part in “%(project)s” has ended") % {"project": participant.project.title}
        mail.post(participant.user.email, subject, text, by=by, key=f"removed-{participant.pk}")


@transaction.atomic
def participant_leave(participant: Participant, *, by: Any) -> None:
    """Leave a project by oneself. Raises RefusedError for its last lead."""
    _end(participant, "participant.leave", by=by)


def _end(participant: Participant, action: str, *, by: Any, note: str = "") -> bool:
    project = Project.objects.select_for_update().get(pk=participant.project_id)
    seen = participant.role
    participant.refresh_from_db()
    if participant.left_on:
        return False
    if participant.role != seen:
        raise RefusedError(_("Their part was changed meanwhile. Look again."))
    if participant.role == Role.LEAD:
        _not_the_last_lead(project, participant)
    participant.left_on = timezone.localdate()
    participant.save(update_fields=["left_on"])
    record(
        action,
        participant,
        by=by,
        before={"role": participant.role},
        note=note,
        shown="" if participant.always_by_name or by.pk != participant.user_id else by.shown,
    )
    sync_permissions(project)
    return True


def _not_the_last_lead(project: Project, participant: Participant) -> None:
    if not project.participants.current().filter(role=Role.LEAD).exclude(pk=participant.pk).exists():
        raise RefusedError(_("This is the project’s only lead. Make somebody else lead first."))


def _not_unmasked(participant: Participant) -> None:
    """Who chose to be shown as their group is not given, by others, a part that is held by name."""
    if (
        participant.user
        and participant.always_by_name
        and participant.user.shown
        and (participant.user_id != participant.invited_by_id)
    ):
        raise RefusedError(
            _(
                "This part is held by name, and this person is shown as their group. Ask them to change that first."
            )
        )


def _not_on_both_sides(participant: Participant) -> None:
    """Nobody may review what they plan, through whatever organisation the two parts come (permissions, note 5)."""
    people = (
        [participant.user]
        if participant.user
        else User.objects.filter(affiliations__organisation=participant.organisation).distinct()
    )
    for person in people:
        roles = policies.roles_of(person, participant.project_id, exclude=participant.pk) | {participant.role}
        if policies.on_both_sides(roles):
            raise RefusedError(
                _(
                    "%(who)s would both plan and review this project. Somebody else has to take one of the two parts."
                )
                % {
                    "who": person.name
                    if participant.user_id
                    else _("Somebody of %(o)s") % {"o": participant.organisation}
                }
            )
