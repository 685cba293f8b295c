"""How days, times, texts and differences are written on every page."""

from __future__ import annotations

import difflib
import re
import uuid
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

#: Beyond this many words a difference is shown as the whole old and the whole new text: comparing would take too long.
_MOST_WORDS = 1500


def _local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def day(value: date | datetime | str | None) -> str:
    """A day as 3 March 2026, in Pacific/Auckland.

    >>> day(date(2026, 3, 3))
    '3 March 2026'
    """
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    value = _local(value)
    return f"{value.day} {value:%B %Y}"


@register.filter
def clock(value: datetime | None) -> str:
    """A day and time as 3 March 2026, 3.10 pm, in Pacific/Auckland.

    >>> clock(datetime(2026, 3, 3, 15, 10))
    '3 March 2026, 3.10 pm'
    """
    if not value:
        return ""
    value = _local(value)
    hour = value.hour % 12 or 12
    return f"{day(value)}, {hour}.{value:%M} {'am' if value.hour < 12 else 'pm'}"


@register.filter
def ago(value: datetime | date | None) -> str:
    """How long ago, in days and weeks: today, yesterday, 6 days ago, 11 weeks ago."""
    if not value:
        return ""
    value = _local(value)
    days = (timezone.localdate() - (value.date() if isinstance(value, datetime) else value)).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 21:
        return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}
    return ngettext("%(n)s week ago", "%(n)s weeks ago", days // 7) % {"n": days // 7}


@register.filter
def grouped(value: int) -> str:
    """A number with thin spaces between thousands, that do not break."""
    return f"{value:,}".replace(",", "\u202f")


_NUMBERS = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


@register.filter
def in_words(value: int) -> str:
    """A small number as a word, as people write it in a sentence; from thirteen on in figures.

    >>> in_words(6)
    'six'
    """
    return _(_NUMBERS[value]) if 0 <= value < len(_NUMBERS) else grouped(value)


@register.filter
def paragraphs(text: str) -> SafeString:
    """Plain text as escaped paragraphs; a blank line parts two, a line end stays a line end."""
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return mark_safe("".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks))  # noqa: S308 (escaped)


@register.filter
def capitalised(text: str) -> str:
    """The text with its first letter large, the rest as it is."""
    text = str(text)
    return text[:1].upper() + text[1:]


@register.filter
def size(value: int) -> str:
    """A file's size in words: 2 kB, 1.4 MB."""
    if value < 1_000_000:
        return f"{max(1, round(value / 1000))} kB"
    return f"{value / 1_000_000:.1f} MB"


@register.simple_tag
def once() -> str:
    """A token for a form that makes something, so that a double click makes one."""
    return str(uuid.uuid4())


@register.simple_tag
def difference(before: Any, after: Any) -> SafeString:
    """What changed from one text to another, word by word, as escaped `del` and `ins`."""
    old, new = _words(before), _words(after)
    if len(old) + len(new) > _MOST_WORDS:
        return mark_safe(_marked("del", old) + " " + _marked("ins", new))  # noqa: S308 (escaped)
    parts = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(_shortened("".join(old[i1:i2]), first=i1 == 0, last=i2 == len(old)))
        else:
            parts.append(_marked("del", old[i1:i2]) + _marked("ins", new[j1:j2]))
    return mark_safe("".join(parts))  # noqa: S308 (escaped)


def _words(value: Any) -> list[str]:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return re.findall(r"\S+\s*|\s+", text)


def _marked(tag: str, words: list[str]) -> str:
    text = "".join(words)
    return f"<{tag}>{escape(text.rstrip())}</{tag}{'> ' if text.strip() else '>'}" if text.strip() else ""


def _shortened(text: str, *, first: bool, last: bool, keep: int = 60) -> str:
    """Unchanged text around a change, cut to what shows where it stands."""
    if len(text) <= 2 * keep:
        return str(conditional_escape(text))
    head = "" if first else text[:keep].rsplit(" ", 1)[0] + " "
    tail = "" if last else " " + text[-keep:].split(" ", 1)[-1]
    return str(conditional_escape(f"{head}…{tail}"))


@register.simple_tag(takes_context=True)
def query(context: dict, **changes: Any) -> str:
    """The page's query string with these values changed, for links to another page of the same list."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = value
    return f"?{params.urlencode()}" if params else "?"
