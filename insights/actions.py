"""From a draft to a released insight: worded by some, released by another, withdrawn with a reason."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from projects.models import Project, Role
from sharingvalue.base import mail
from sharingvalue.base.history import Audience as Reads
from sharingvalue.base.history import record
from sharingvalue.base.words import findable
from stakeholders.actions import RefusedError

from .files import Checked
from .models import Audience, Output, OutputAuthor, Release, State, new_path

_WORDS = ("title", "short_title", "summary", "limits", "context", "covers")


@transaction.atomic
def output_add(
    project: Project,
    *,
    by: Any,
    once: uuid.UUID | None = None,
    file: tuple[BinaryIO, Checked] | None = None,
    **values: Any,
) -> Output:
    """Draft an output, with its file when there is one. The same `once` gives the same output."""
    Project.objects.select_for_update().get(pk=project.pk)
    if once and (again := Output.objects.filter(once=once).first()) is not None:
        return again
    output = Output.objects.create(project=project, once=once or uuid.uuid4(), **values)
    record(
        "output.add", output, by=by, shown="", after={"title": output.title}, version=1, audience=Reads.TEAM
    )
    _wrote(output, by)
    if file is not None:
        _keep(output, file, by)
    return output


@transaction.atomic
def output_edit(
    output: Output,
    changes: dict[str, Any],
    *,
    seen: int,
    by: Any,
    file: tuple[BinaryIO, Checked] | None = None,
) -> None:
    """Change an output's words, or put another file in the place of its file.

    Raises StaleVersionError when somebody else changed the same words, RefusedError when it is not a draft.
    """
    _locked(output, State.DRAFT, State.WITHDRAWN)
    changed = output.change("output.edit", seen, by=by, reads=Reads.TEAM, **changes)
    if file is not None:
        _keep(output, file, by)
    if changed or file is not None:
        _wrote(output, by)
        Output.objects.filter(pk=output.pk).update(changed_at=timezone.now())


@transaction.atomic
def output_share(output: Output, *, audience: str, why_not_open: str, seen: int, by: Any) -> None:
    """Choose with whom it will be shared. Raises RefusedError when it is not open and no reason is given."""
    _locked(output, State.DRAFT, State.WITHDRAWN)
    if audience != Audience.OPEN and not why_not_open.strip():
        raise RefusedError(_("Sharing is the default. Say why this is not shared with everyone."))
    why = why_not_open if audience != Audience.OPEN else ""
    output.change("output.share", seen, by=by, reads=Reads.TEAM, audience=audience, why_not_open=why)


@transaction.atomic
def output_submit(output: Output, *, by: Any) -> None:
    """Hand a draft to the safety reviewers: the lead's consent to release it as it stands."""
    row = _locked(output, State.DRAFT, State.WITHDRAWN)
    if missing := missing_for_review(row):
        raise RefusedError(
            _("Before it goes to the reviewer: %(missing)s.") % {"missing": "; ".join(missing)}
        )
    row.state, row.submitted_at, row.submitted_by, row.returned_because = (
        State.IN_REVIEW,
        timezone.now(),
        by,
        "",
    )
    row.save(update_fields=["state", "submitted_at", "submitted_by", "returned_because"])
    _wrote(row, by)
    record("output.submit", row, by=by, shown="", version=row.version, audience=Reads.TEAM)


@transaction.atomic
def output_take_back(output: Output, *, by: Any) -> None:
    """Take it back from review, to write on."""
    row = _locked(output, State.IN_REVIEW)
    row.state = State.DRAFT
    row.save(update_fields=["state"])
    record("output.take_back", row, by=by, shown="", audience=Reads.TEAM)


@transaction.atomic
def output_return(output: Output, *, because: str, by: Any) -> None:
    """Send it back to its authors with what has to change."""
    row = _locked(output, State.IN_REVIEW)
    row.state, row.returned_because = State.DRAFT, because
    row.save(update_fields=["state", "returned_because"])
    record("output.return", row, by=by, shown="", note=because, audience=Reads.TEAM)


@transaction.atomic
def output_release(output: Output, *, fingerprint: str, by: Any) -> Release:
    """Release it as a frozen copy under an address of its own. Pressed twice, it is released once.

    `fingerprint` is of what the reviewer had on the screen. Raises RefusedError when it changed since, when the
    reviewer wrote it, or when its file is not the one that was checked.
    """
    row = Output.objects.select_for_update().select_related("project").get(pk=output.pk)
    if row.state == State.RELEASED:
        return row.releases.standing().get()
    if row.state != State.IN_REVIEW:
        raise RefusedError(_("It is not in review any more."))
    if row.fingerprint != fingerprint:
        raise RefusedError(_("It changed since you opened it. Read it again before you release it."))
    if row.authors.filter(user=by).exists():
        raise RefusedError(_("You wrote or uploaded this, so somebody else has to release it."))
    organisation = row.project.lead_organisation.name if row.project.lead_organisation else ""
    release = Release(
        slug=_slug(row),
        output=row,
        project=row.project,
        organisation=organisation,
        audience=row.audience,
        why_not_open=row.why_not_open,
        output_version=row.version,
        fingerprint=row.fingerprint,
        released_by=by,
        find=findable(row.title, row.short_title, row.summary, row.context, organisation),
        **{name: getattr(row, name) for name in _WORDS},
    )
    if row.file_path:
        _freeze(row, release)
    release.save()
    Output.objects.filter(pk=row.pk).update(state=State.RELEASED)
    record(
        "output.release",
        release,
        by=by,
        shown="",
        version=row.version,
        after={"audience": release.audience, "sha256": release.file_sha256},
    )
    return release


@transaction.atomic
def output_withdraw(release: Release, *, because: str, by: Any) -> None:
    """Withdraw a released insight: its page says so from now on, its file is gone. Raises ValueError without a reason."""
    if not because.strip():
        raise ValueError("a withdrawal needs a reason")
    row = Release.objects.select_for_update().select_related("project", "output").get(pk=release.pk)
    if row.withdrawn_at:
        return
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = timezone.now(), by, because
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    Output.objects.filter(pk=row.output_id).update(state=State.WITHDRAWN)
    record("output.withdraw", row, by=by, shown="", note=because)
    _tell_leads(row, because, by)


def missing_for_review(output: Output) -> list[str]:
    """What a draft still lacks before somebody can judge it, in words."""
    needs = [
        (output.summary, _("say in plain words what was found")),
        (output.limits, _("say what it does not say")),
        (output.context, _("say what to keep in mind when reading it")),
    ]
    return [words for there, words in needs if not there.strip()]


def _locked(output: Output, *states: str) -> Output:
    row = Output.objects.select_for_update().get(pk=output.pk)
    if row.state not in states:
        raise RefusedError(
            _("Meanwhile it is %(state)s, so this cannot be done.") % {"state": row.get_state_display()}
        )
    return row


def _wrote(output: Output, by: Any) -> None:
    OutputAuthor.objects.get_or_create(output=output, user=by)


def _keep(output: Output, file: tuple[BinaryIO, Checked], by: Any) -> None:
    """Put a checked file away; the one it replaces is dropped once this is committed."""
    content, checked = file
    path, before = new_path(output.project, checked.type), output.file_path
    default_storage.save(path, File(content))
    values = {
        "file_path": path,
        "file_name": checked.name,
        "file_type": checked.type,
        "file_size": checked.size,
        "file_sha256": checked.sha256,
    }
    was = {"file_name": output.file_name, "file_sha256": output.file_sha256}
    for name, value in values.items():
        setattr(output, name, value)
    output.uploaded_by = by
    output.save(update_fields=[*values, "uploaded_by"])
    record(
        "output.upload",
        output,
        by=by,
        shown="",
        before=was,
        after={"file_name": checked.name, "file_sha256": checked.sha256},
        audience=Reads.TEAM,
    )
    if before:
        transaction.on_commit(lambda: default_storage.delete(before))


def _freeze(output: Output, release: Release) -> None:
    """Copy the file to the release, after reading that it is the very one that was checked."""
    with default_storage.open(output.file_path) as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != output.file_sha256:
            raise RefusedError(
                _("The file is not the one that was handed in. Ask the author to upload it again.")
            )
        file.seek(0)
        release.file_path = new_path(output.project, output.file_type).replace("outputs/", "releases/", 1)
        default_storage.save(release.file_path, File(file))
    for name in ("file_name", "file_type", "file_size", "file_sha256"):
        setattr(release, name, getattr(output, name))


def _tell_leads(release: Release, because: str, by: Any) -> None:
    """Write to those who lead the project, apart from who did it: an insight of theirs is gone."""
    leads = release.project.participants.current().filter(role=Role.LEAD, user__isnull=False).exclude(user=by)
    for part in leads.select_related("user"):
        context = {
            "person": part.user,
            "release": release,
            "because": because,
            "by": by,
            "site_url": settings.SITE_URL,
        }
        text = render_to_string("insights/mail/withdrawn.txt", context)
        subject = _("“%(title)s” was withdrawn") % {"title": release}
        mail.post(part.user.email, subject, text, by=by, key=f"withdrawn-{release.pk}-{part.user_id}")


def _slug(output: Output) -> str:
    stem = slugify(findable(output.short_title or output.title))[:70].strip("-") or "insight"
    # Not a counter: "-2" would tell that there is another of this name, which may be hidden.
    slug = stem
    while Release.objects.filter(slug=slug).exists():
        slug = f"{stem}-{secrets.token_hex(3)}"
    return slug
