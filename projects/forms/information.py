"""Writing a purpose."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.forms import OnceForm, Prose, VersionedForm

from ..models import Purpose
from ..models.information import Choice

#: Longest text a block takes, in characters: a long report pasted by mistake is refused with its length.
MOST = 100_000


def _prose(label, help_text, rows: int = 4) -> Prose:
    return Prose(label=label, help_text=help_text, rows=rows, required=False, max_length=MOST)


class PurposeForm(VersionedForm):
    """The six parts of a purpose, with what will not happen and who will not see it."""

    title = forms.CharField(
        label=_("In a few words"), max_length=160, help_text=_("What this is for, as a heading.")
    )
    what = _prose(_("What"), _("What is collected or used, and what is left out on purpose."))
    why = _prose(_("Why"), _("What it makes possible, and for whom."))
    how = _prose(_("How"), _("How it is collected, kept and made into insights."))
    who_has_access = _prose(
        _("Who has access"), _("Who sees it, by role: people trust names of roles, not “staff”."), 2
    )
    will_not_happen = _prose(_("What will not happen"), _("Say it plainly: what nobody will do with it."), 2)
    will_not_see = _prose(_("Who will not see it"), _("Those whom people may worry about most."), 2)
    choice_level = forms.ChoiceField(
        label=_("How much choice people have"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", _("not said yet")), *Choice.choices],
        help_text=_("If there is none, say so: never call it consent."),
    )
    choice = _prose(_("Choice"), _("What people can say no to, and that help does not depend on it."), 3)
    law = _prose(_("Law"), _("What allows it, and who looked at that."), 3)
    transparency = _prose(_("Transparency"), _("How people are told, in which languages and formats."), 3)
    linking = _prose(_("Linking or matching"), _("With what it is joined, or that it is not."), 2)
    alternatives = _prose(
        _("Alternatives considered"), _("Less data, a sample, another way: what you tried first."), 2
    )

    class Meta:
        model = Purpose
        fields = [
            "title",
            "what",
            "why",
            "how",
            "who_has_access",
            "will_not_happen",
            "will_not_see",
            "choice_level",
            "choice",
            "law",
            "transparency",
            "linking",
            "alternatives",
        ]


class PurposeAddForm(OnceForm):
    """A purpose begins with a heading, what and why; the rest is written in place."""

    title = forms.CharField(
        label=_("In a few words"), max_length=160, help_text=_("What this is for, as a heading.")
    )
    what = _prose(_("What"), _("What would be collected or used."))
    why = _prose(_("Why"), _("What it makes possible, and for whom."))
