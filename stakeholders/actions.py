"""What people do that changes people, organisations and who belongs where."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from sharingvalue.base import mail
from sharingvalue.base.history import Audience, record
from sharingvalue.base.versioned import plain

from .models import Affiliation, Organisation, User
from .policies import AFFILIATION_REFUSALS


class RefusedError(Exception):
    """An invariant forbids it; the message is a sentence for people."""


@transaction.atomic
def person_add(
    email: str, name: str, *, by: Any, password: str | None = None, **fields: Any
) -> tuple[User, bool]:
    """Give the person with this address, made if there was none, and whether it was made.

    The address counts as theirs once they sign in with a code sent to it.
    """
    email = email.strip().lower()
    if (user := User.objects.filter(email__iexact=email).first()) is not None:
        return user, False
    # Somebody else's mere wish for this address must not stand in the way of whose it is.
    EmailAddress.objects.filter(email__iexact=email, verified=False).delete()
    user = User.objects.create_user(email, name, password, **fields)
    # Who gives a password with the account vouches for the address; otherwise a code sent to it proves it.
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=password is not None)
    record("person.add", user, by=by, audience=Audience.NOBODY)
    return user, True


@transaction.atomic
def account_edit(user: User, *, by: Any, **values: Any) -> None:
    """Change one's own name, and how one wishes to be shown."""
    before = {name: getattr(user, name) for name in values if getattr(user, name) != values[name]}
    if not before:
        return
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    after = {name: values[name] for name in before}
    record("account.edit", user, by=by, before=before, after=after, audience=Audience.NOBODY)


@transaction.atomic
def organisation_edit(organisation: Organisation, *, by: Any) -> Organisation:
    """Save a new or changed organisation, with its group and what it is found by."""
    organisation.find = organisation.findable
    if organisation.pk is None:
        # The group's own name is never shown; it only has to be unique.
        organisation.group = Group.objects.create(name=f"organisation: {organisation.name}")
        organisation.save()
        record("organisation.add", organisation, by=by, audience=Audience.NOBODY)
    else:
        was = Organisation.objects.select_for_update().get(pk=organisation.pk)
        organisation.save()
        names = ("name", "kind", "does", "serves", "regions", "topics")
        changed = [name for name in names if getattr(was, name) != getattr(organisation, name)]
        record(
            "organisation.edit",
            organisation,
            by=by,
            before={name: plain(getattr(was, name)) for name in changed},
            after={name: plain(getattr(organisation, name)) for name in changed},
            audience=Audience.NOBODY,
        )
        Group.objects.filter(pk=organisation.group_id).update(name=f"organisation: {organisation.name}")
    return organisation


def affiliation_refused(user: User, organisation: Organisation, by: Any) -> str:
    """Why `by` may not say that `user` belongs to `organisation`, or ""."""
    if by.is_authenticated and by.pk == user.pk:
        # An organisation's parts reach its people: nobody lets themself into a project.
        return _("Another administrator has to say where you belong.")
    return next((reason for refuse in AFFILIATION_REFUSALS if (reason := refuse(user, organisation))), "")


@transaction.atomic
def affiliation_add(user: User, organisation: Organisation, *, by: Any) -> Affiliation:
    """Say that a person belongs to an organisation; its roles reach them at once.

    Raises RefusedError when that would make them both reviewer and author somewhere.
    """
    if reason := affiliation_refused(user, organisation, by):
        raise RefusedError(reason)
    affiliation, made = Affiliation.objects.get_or_create(
        user=user, organisation=organisation, defaults={"added_by": by if by.is_authenticated else None}
    )
    user.groups.add(organisation.group_id)
    if made:
        record("affiliation.add", affiliation, by=by, audience=Audience.NOBODY)
    return affiliation


@transaction.atomic
def affiliation_remove(affiliation: Affiliation, *, by: Any) -> None:
    """End a person's belonging; the organisation's roles end for them at the next request."""
    record("affiliation.remove", affiliation, by=by, audience=Audience.NOBODY)
    affiliation.user.groups.remove(affiliation.organisation.group_id)
    affiliation.delete()


@transaction.atomic
def person_edit(user: User, changed: list[str], *, by: Any) -> None:
    """Save what an administrator changed of an account; one that is closed ends its sessions at the next request."""
    was = User.objects.select_for_update().get(pk=user.pk)
    if not changed:
        return
    user.save(update_fields=changed)
    record(
        "person.edit",
        user,
        by=by,
        before={name: plain(getattr(was, name)) for name in changed},
        after={name: plain(getattr(user, name)) for name in changed},
        audience=Audience.NOBODY,
    )


def person_welcome(user: User, *, by: Any) -> None:
    """Tell somebody that an administrator made an account for them, and how to sign in."""
    text = render_to_string("stakeholders/mail/welcome.txt", {"user": user, "site_url": settings.SITE_URL})
    mail.post(user.email, "You can sign in to Sharing Value", text, by=by, key=f"welcome-{user.pk}")
