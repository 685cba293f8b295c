"""Wording an output, handing in a file, answering as a reviewer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharingvalue.base.forms import OnceForm, Prose, VersionedForm

from .files import Checked, FileRefusedError, checked
from .models import Audience, Output

MOST = 100_000


class InsightFile(forms.FileField):
    """A CSV or a PDF, told by its content; `checked` holds what was found."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("File"),
            required=False,
            allow_empty_file=True,  # Our own message says what to do.
            widget=forms.FileInput(attrs={"accept": ".csv,.pdf,text/csv,application/pdf"}),
            help_text=gettext_lazy(
                "A table as CSV (UTF-8), or a report as PDF, up to 25 MB. Figures only, no people."
            ),
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> tuple[Any, Checked] | None:
        upload = super().clean(data, initial)
        if not upload or upload is initial:
            return None
        try:
            return upload, checked(upload, upload.name, upload.size)
        except FileRefusedError as error:
            raise ValidationError(str(error)) from error


def _words() -> dict[str, forms.Field]:
    return {
        "title": forms.CharField(
            label=gettext_lazy("The finding, in one or two sentences"),
            max_length=240,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=gettext_lazy(
                "Say what was found, not what was done: it is the first thing people read."
            ),
        ),
        "short_title": forms.CharField(
            label=gettext_lazy("Short title"),
            max_length=160,
            required=False,
            help_text=gettext_lazy("A name for it in lists and when it is cited."),
        ),
        "summary": Prose(
            label=gettext_lazy("Summary in plain words"),
            rows=5,
            required=False,
            max_length=MOST,
            help_text=gettext_lazy("What was found, from whom, and when."),
        ),
        "limits": Prose(
            label=gettext_lazy("What it does not say"),
            rows=4,
            required=False,
            max_length=MOST,
            help_text=gettext_lazy("One limit a line: what nobody should read into it."),
        ),
        "context": Prose(
            label=gettext_lazy("Read it with this in mind"),
            rows=4,
            required=False,
            max_length=MOST,
            help_text=gettext_lazy("What people who know the work would say beside these figures."),
        ),
        "covers": forms.CharField(
            label=gettext_lazy("What time it covers"),
            max_length=160,
            required=False,
            help_text=gettext_lazy("For example: March 2025 to February 2026."),
        ),
    }


class OutputAddForm(OnceForm):
    """A new output: its words, and its file when there is one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(_words())
        self.fields["file"] = InsightFile()


class OutputForm(VersionedForm):
    """An output's words, and another file in the place of its file."""

    class Meta:
        model = Output
        fields = ["title", "short_title", "summary", "limits", "context", "covers"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(_words())
        self.fields["file"] = InsightFile()
        if self.current.file_name:
            self.fields["file"].help_text += " " + _("Now: %(name)s. A new file takes its place.") % {
                "name": self.current.file_name
            }


class ShareForm(VersionedForm):
    """With whom an insight is shared; less than everyone needs a reason."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Shared with"), choices=Audience.choices, widget=forms.RadioSelect
    )
    why_not_open = Prose(
        label=gettext_lazy("Why it is not shared with everyone"),
        rows=3,
        required=False,
        max_length=4000,
        help_text=gettext_lazy("Needed for anything but everyone. Every participant sees it."),
    )

    class Meta:
        model = Output
        fields = ["audience", "why_not_open"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("audience") == Audience.PARTICIPANTS and not cleaned.get("why_not_open"):
            self.add_error(
                "why_not_open", _("Sharing is the default. Say why this is not shared with everyone.")
            )
        return cleaned


class ReturnForm(forms.Form):
    """What has to change before it can be released."""

    because = Prose(
        label=gettext_lazy("What has to change"),
        rows=3,
        max_length=4000,
        help_text=gettext_lazy("The authors read this. Name the table, the words, the reason."),
    )


class ReleaseForm(forms.Form):
    """The two questions before release, answered by the one who releases."""

    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)
    identifies_nobody = forms.BooleanField(
        label=gettext_lazy(
            "I looked at the figures and the words, and found nothing that could identify anyone."
        ),
        error_messages={"required": gettext_lazy("Answer this one, or send it back with the reason.")},
    )
    harms_no_group = forms.BooleanField(
        label=gettext_lazy(
            "I found nothing that could harm or embarrass a group, read with its limits and context."
        ),
        error_messages={"required": gettext_lazy("Answer this one, or send it back with the reason.")},
    )


class WithdrawForm(forms.Form):
    """Why a released insight is withdrawn."""

    because = Prose(
        label=gettext_lazy("Why it is withdrawn"),
        rows=3,
        max_length=4000,
        help_text=gettext_lazy("Its page stays and says so, with these words."),
    )


class CatalogueForm(forms.Form):
    """Finding an insight."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=200)
