"""Lines of history in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.models import Information, Project, Purpose, Role, Stage, Use
from sharingvalue.base.models import Entry
from stakeholders.models import Organisation

register = template.Library()

#: What each action is called when somebody has done it. Higher apps' actions are named here too: history is one list.
DID = {
    "project.start": gettext_lazy("started the project"),
    "project.edit": gettext_lazy("changed what the project says of itself"),
    "project.move": gettext_lazy("moved the project to another stage"),
    "purpose.add": gettext_lazy("added the purpose “%(name)s”"),
    "purpose.edit": gettext_lazy("changed the purpose “%(name)s”"),
    "purpose.move": gettext_lazy("moved the purpose “%(name)s”"),
    "purpose.remove": gettext_lazy("removed the purpose “%(name)s”"),
    "purpose.restore": gettext_lazy("put the purpose “%(name)s” back"),
    "participant.invite": gettext_lazy("asked %(name)s to take part"),
    "participant.edit": gettext_lazy("changed what is said of %(name)s"),
    "participant.role": gettext_lazy("gave %(name)s another part"),
    "participant.remove": gettext_lazy("ended the part of %(name)s"),
    "participant.leave": gettext_lazy("left the project"),
    "comment.add": gettext_lazy("made a %(name)s"),
    "comment.reply": gettext_lazy("replied to a %(name)s"),
    "comment.edit": gettext_lazy("changed their own words in a %(name)s"),
    "comment.withdraw": gettext_lazy("withdrew a %(name)s"),
    "thread.resolve": gettext_lazy("settled a %(name)s"),
    "thread.reopen": gettext_lazy("opened a %(name)s again"),
    "thread.read": gettext_lazy("read what was said: %(name)s"),
    "summary.ask": gettext_lazy("asked for a summary: %(name)s"),
    "summary.made": gettext_lazy("finished a summary: %(name)s"),
    "summary.download": gettext_lazy("took a summary: %(name)s"),
    "summary.share": gettext_lazy("made a %(name)s"),
    "summary.revoke": gettext_lazy("took back a %(name)s"),
    "summary.open": gettext_lazy("took a summary by a %(name)s"),
    "output.add": gettext_lazy("drafted the insight “%(name)s”"),
    "output.edit": gettext_lazy("changed the draft “%(name)s”"),
    "output.upload": gettext_lazy("put a file to “%(name)s”"),
    "output.share": gettext_lazy("chose with whom “%(name)s” is shared"),
    "output.submit": gettext_lazy("handed “%(name)s” to the safety reviewer"),
    "output.take_back": gettext_lazy("took “%(name)s” back from review"),
    "output.return": gettext_lazy("sent “%(name)s” back to its authors"),
    "output.release": gettext_lazy("released “%(name)s”"),
    "output.withdraw": gettext_lazy("withdrew “%(name)s”"),
    "file.download": gettext_lazy("took the unreleased file of “%(name)s”"),
    "insight.view": gettext_lazy("read “%(name)s”"),
    "insight.download": gettext_lazy("took the file of “%(name)s”"),
}

#: Fields whose words are codes, and what the codes are called.
_CODES = {
    "role": dict(Role.choices),
    "stage": dict(Stage.choices),
    "information": dict(Information.choices),
    "uses": dict(Use.choices),
}
_LABELS = {
    "role": _("Part"),
    "stage": _("Stage"),
    "kind": _("Kind"),
    "place": _("Place"),
    "text": _("Words"),
    "file_name": _("File"),
    "audience": _("Shared with"),
    "for_whom": _("For whom"),
    "until": _("Until"),
}
#: Of no use to a reader of history.
_HIDDEN = {"kind", "block", "file_sha256", "sha256"}


@register.filter
def did(entry: Entry) -> str:
    """What somebody did, as it follows their name."""
    words = DID.get(entry.action)
    # A thread is named by its kind, with a capital that stands here in the middle of a sentence.
    name = entry.name[:1].lower() + entry.name[1:] if entry.kind == "projects.thread" else entry.name
    return str(words) % {"name": name} if words else entry.action


@register.simple_tag
def changes(entry: Entry) -> list[dict[str, Any]]:
    """The fields that changed, each with its label and what it said before and after, in words."""
    # A comment's words stand in the talk alone, where its author can withdraw them.
    if entry.action.endswith(".start") or entry.action.startswith(
        ("comment.", "output.add", "output.upload", "output.release")
    ):
        return []
    names = [name for name in (*entry.after, *entry.before) if name not in _HIDDEN]
    return [
        {
            "label": _label(entry, name),
            "before": _said(name, entry.before.get(name)),
            "after": _said(name, entry.after.get(name)),
        }
        for name in dict.fromkeys(names)
        if entry.before.get(name) or entry.after.get(name)
    ]


def _label(entry: Entry, name: str) -> str:
    if name in Purpose.BLOCKS and entry.kind == "projects.purpose":
        return str(Purpose.BLOCKS[name])
    model = {"projects.purpose": Purpose, "projects.project": Project}.get(entry.kind)
    if model is not None and name in {field.name for field in model._meta.fields}:
        return str(model._meta.get_field(name).verbose_name).capitalize()
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _said(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if name == "lead_organisation":
        return Organisation.objects.filter(pk=value).values_list("name", flat=True).first() or ""
    if name in _CODES:
        words = _CODES[name]
        return (
            [str(words.get(one, one)) for one in value]
            if isinstance(value, list)
            else str(words.get(value, value))
        )
    return value
