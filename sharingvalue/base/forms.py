"""What every form has: clean line ends, a token against double clicks, and both texts after a clash."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .versioned import StaleVersionError, Versioned, plain

# Django's own sentence speaks of fields; people fill in what is asked.
forms.Field.default_error_messages["required"] = gettext_lazy("This is needed.")


def as_typed(text: str) -> str:
    """`text` with one kind of line end and no spaces before it: what two browsers send alike is the same text."""
    return "\n".join(
        line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ).strip()


class Prose(forms.CharField):
    """Text of several lines, kept as it was typed but for its line ends."""

    def __init__(self, *args: Any, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> str:
        return as_typed(super().to_python(value) or "")


class OnceForm(forms.Form):
    """A form that makes something: its hidden token lets a double click make one."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid.uuid4())

    def clean_once(self) -> uuid.UUID:
        return self.cleaned_data["once"] or uuid.uuid4()


class VersionedForm(forms.ModelForm):
    """A form over a Versioned thing that knows what its person saw, and so what they changed.

    `changes` holds only the fields this person changed; `seen` the version they saw.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, data: Any = None, files: Any = None, *, instance: Versioned, **kwargs: Any) -> None:
        super().__init__(data, files, instance=instance, **kwargs)
        # The instance must keep what the database says: construct_instance would put this form's values into it.
        self.current = instance
        self.initial["seen"] = instance.version
        for field in self.fields.values():
            # A text that is written over time may be empty for now: "if you like" beside it would say less than that.
            field.may_wait = True  # type: ignore[attr-defined]
        self.stale = False
        seen = self._seen()
        if seen < instance.version:
            self.initial.update(
                {name: value for name, value in instance.as_of(seen).items() if name in self.fields}
            )

    def _seen(self) -> int:
        raw = self.data.get(self.add_prefix("seen")) if self.is_bound else None
        try:
            seen = int(raw or "")
        except (TypeError, ValueError):
            return self.current.version
        return seen if 1 <= seen <= self.current.version else self.current.version

    def _post_clean(self) -> None:
        """Validate against the model's own rules without writing into the instance."""
        kept = {name: getattr(self.current, name) for name in self._meta.fields or ()}
        super()._post_clean()  # type: ignore[misc]  # Django's own step, which the stubs do not name.
        for name, value in kept.items():
            setattr(self.current, name, value)

    @property
    def seen_version(self) -> int:
        """The version this person had on the screen."""
        return self._seen()

    @property
    def changes(self) -> dict[str, Any]:
        """Field names and values that this person changed from what they saw."""
        changed = {}
        for name in self._meta.fields or ():
            was, now = self.initial.get(name), self.cleaned_data.get(name)
            if plain(now) != plain(was):
                changed[name] = now
        return changed

    def rebase(self, current: Versioned, error: StaleVersionError) -> None:
        """After a clash: keep this person's words in the form, put the other's beside them, and see `current`."""
        self.stale = True
        mine = self.changes
        data: Any = self.data
        self.data = data.copy()
        self.data[self.add_prefix("seen")] = str(current.version)  # type: ignore[index]  # A copy can be written.
        for name in self._meta.fields or ():
            if name not in mine and name not in error.fields:
                # What this person did not touch shows what it says now, and so sends back what it says now.
                now = plain(getattr(current, name))
                said = now if isinstance(now, list) else ["" if now is None else str(now)]
                self.data.setlist(self.add_prefix(name), said)  # type: ignore[attr-defined]
        who = sorted({theirs.who for theirs in error.fields.values()})
        for name, theirs in error.fields.items():
            text = theirs.text
            field = self.fields[name]
            if isinstance(text, models.Model):
                text = str(text)
            elif choices := dict(getattr(field, "choices", ())):
                text = (
                    ", ".join(str(choices.get(one, one)) for one in text)
                    if isinstance(text, list)
                    else choices.get(text, text)
                )
            field.theirs = {"who": theirs.who, "text": text}  # type: ignore[attr-defined]
            self.add_error(name, _("%(who)s changed this meanwhile.") % {"who": theirs.who})
        self.add_error(
            None,
            ValidationError(
                "%(who)s changed the same words while you were writing. Nothing is lost: your words and theirs stand "
                "side by side below. Make of them what should stand, and save again.",
                params={"who": " and ".join(who)},
            ),
        )
