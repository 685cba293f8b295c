"""Sharing a summary outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharingvalue.base.forms import OnceForm

#: A link ends within a year: longer and nobody remembers it.
LONGEST = timedelta(days=366)


class LinkForm(OnceForm):
    """For whom a link is, and until when."""

    for_whom = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=160,
        help_text=gettext_lazy("So that you know later who has it. They do not see this."),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The last day on which it opens."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("until", (timezone.localdate() + timedelta(days=30)).isoformat())

    def clean_until(self):
        until = self.cleaned_data["until"]
        today = timezone.localdate()
        if until < today:
            raise ValidationError(_("This day is over. Choose today or a later day."))
        if until > today + LONGEST:
            raise ValidationError(_("Choose a day within a year."))
        return until
