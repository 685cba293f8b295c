"""Drawings and marks for templates; all the thinking is in projects.drawings."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from projects import drawings
from projects.drawings import Gate, Middle, Palette, Part

register = template.Library()


def _palette(name: str) -> Palette:
    return drawings.PDF if name == "pdf" else drawings.PAGE


@register.simple_tag
def loop_picture(
    parts: Sequence[Part], middle: Middle | None = None, gates: Sequence[Gate] = (), palette: str = "page"
) -> SafeString:
    """The loop: on a page the full and the compact drawing (the stylesheet shows one), in a PDF the full one."""
    colours = _palette(palette)
    full = drawings.loop(parts, gates, middle, palette=colours)
    return (
        full
        if palette == "pdf"
        else full + drawings.loop(parts, gates, middle, compact=True, palette=colours)
    )


@register.simple_tag
def tiny_loop(parts: Sequence[Part], middle: Any = "", title: str = "", palette: str = "page") -> SafeString:
    """The 46 px loop for a row; ``middle`` is late, owed, kept, stopped or nothing."""
    return drawings.tiny_loop(parts, middle, title=title, palette=_palette(palette))


@register.simple_tag
def empty_loop(sentence: str = "") -> SafeString:
    """The loop with nothing in it yet; ``|`` breaks the sentence into lines, the stylesheet shows one of two sizes."""
    return drawings.empty_loop(sentence) + drawings.empty_loop(sentence, compact=True)


@register.simple_tag
def quarter_sign(part: Part | str, palette: str = "page") -> SafeString:
    """The 18 px sign beside a part's name; takes a Part or its key."""
    return drawings.quarter_sign(part, palette=_palette(palette))


@register.simple_tag
def part_sign(part: Part, palette: str = "page") -> SafeString:
    """The 104 px sign at the head of a part's page."""
    return drawings.part_sign(part, palette=_palette(palette))


@register.simple_tag
def bar(value: float, most: float, colour: str = "information", palette: str = "page") -> SafeString:
    """A bar beside a number in a table."""
    return drawings.bar(value, most, colour, palette=_palette(palette))


@register.simple_tag
def mark(name: str, palette: str = "page") -> SafeString:
    """A 16 px mark; write its word beside it."""
    return drawings.mark(name, palette=_palette(palette))


@register.simple_tag
def brand() -> SafeString:
    """The site's sign, beside its name."""
    return drawings.brand()
