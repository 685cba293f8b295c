"""Saying something."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharingvalue.base.forms import OnceForm, Prose

from ..models import Purpose
from ..models.talk import Kind

#: Longest comment, in characters: about ten thousand words.
MOST = 60_000


class SayForm(OnceForm):
    """Words, and under which name."""

    text = Prose(label=gettext_lazy("Your words"), rows=4, max_length=MOST)
    as_group = forms.ChoiceField(label=gettext_lazy("Shown as"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, speaker: Any, in_team: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = "" if in_team else speaker.group_name
        if not group:
            del self.fields["as_group"]
            return
        shown = self.fields["as_group"]
        shown.may_wait = True  # type: ignore[attr-defined]  # It has a choice already.
        shown.choices = [("", speaker.name), ("group", group)]
        shown.initial = "group" if speaker.shown_as == speaker.ShownAs.GROUP else ""
        shown.help_text = _("As your group, nobody else sees your name.")
        if speaker.group_is_small:
            shown.help_text += " " + _("Fewer than three people belong to it here: others may guess.")

    @property
    def speaks_as_group(self) -> bool:
        """Whether the group's name is to be shown."""
        return self.cleaned_data.get("as_group") == "group"


class CommentForm(SayForm):
    """The opening of a thread: what it is about, and what is meant by it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("It is a"),
        choices=Kind.choices,
        widget=forms.RadioSelect(attrs={"class": "kinds"}),
        initial=Kind.QUESTION,
    )
    block = forms.ChoiceField(
        label=gettext_lazy("About"),
        required=False,
        choices=[("", gettext_lazy("the whole purpose")), *Purpose.BLOCKS.items()],
    )

    field_order = ["once", "block", "kind", "text", "as_group"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["block"].may_wait = True  # type: ignore[attr-defined]  # So has this.


class CommentEditForm(forms.Form):
    """Changing one's own words."""

    text = Prose(label=gettext_lazy("Your words"), rows=5, max_length=MOST)
