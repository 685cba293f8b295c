"""Pictures of a project: the loop and its small relatives, as inline SVG.

Every function is pure: values in, a safe string of SVG out, the same drawing for page and PDF.
Colours are written as plain hex attributes, because the PDF renderer applies no page style inside
SVG; for pages each carries a class as well, which the stylesheet turns over in the dark.
The ``<title>`` holds the whole message, so no drawing needs to be seen to be understood.

Angles are SVG degrees: clockwise, 0 at three o'clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import asin, ceil, cos, degrees, radians, sin
from textwrap import wrap
from typing import Any, Literal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Key = Literal["idea", "people", "information", "use"]
Piece = Literal["done", "begun", "todo"]

# Where each part's quarter begins.
QUARTERS: dict[str, int] = {"idea": 180, "people": 270, "information": 0, "use": 90}
NAMES: dict[str, str] = {
    "idea": "Right idea",
    "people": "Right people",
    "information": "Right information",
    "use": "Right use",
}
QUESTIONS: dict[str, str] = {
    "idea": "What do we want|to know, for whom?",
    "people": "Who knows, decides,|is affected?",
    "information": "What is the least|that answers it?",
    "use": "Who makes sense|of it, and hears back?",
}


@dataclass(frozen=True)
class Part:
    """One part of the loop: its key, its pieces in order, and one fact worth a line.

    >>> Part("people", pieces=["done", "begun", "todo"]).count
    '1 of 3'
    """

    key: Key
    name: str = ""
    pieces: Sequence[Piece] = ()
    fact: str = ""

    @property
    def label(self) -> str:
        """The name on the screen: the one given, else the guideline's."""
        return self.name or NAMES[self.key]

    @property
    def done(self) -> int:
        """How many pieces are done."""
        return sum(piece == "done" for piece in self.pieces)

    @property
    def count(self) -> str:
        """Progress as a count, never as a percentage."""
        return f"{self.done} of {len(self.pieces)}"


@dataclass(frozen=True)
class Gate:
    """A gate on the loop: it stands in a part's quarter, at ``angle`` or shared out evenly."""

    number: int
    part: Key
    hard: bool
    state: Literal["passed", "reason", "todo", "not_applicable", "waiting"]
    angle: float | None = None


@dataclass(frozen=True)
class Middle:
    """What stands in the middle: label, one figure, its line, a mark for each thing, a last note."""

    label: str
    figure: str
    line: str = ""
    marks: Sequence[Literal["kept", "late", "owed"]] = ()
    note: str = ""

    def __str__(self) -> str:
        """The middle read aloud."""
        said = f"{self.label}: {self.figure} {self.line}".strip()
        return f"{said}, {self.note}" if self.note else said


@dataclass(frozen=True)
class Palette:
    """The colours of one medium; ``classes`` says whether a stylesheet may override them."""

    classes: bool
    face: str = ""
    colours: dict[str, str] = field(
        default_factory=lambda: {
            "paper": "#fbfaf6",
            "ink": "#1b2522",
            "quiet": "#55615c",
            "edge": "#7f8a84",
            "line": "#dad9d0",
            "green": "#0e5a47",
            "attention": "#8a5a00",
            "stop": "#9b1c1c",
            "good": "#1e6b3a",
            "idea": "#9a5b00",
            "people": "#1f5c99",
            "information": "#0b6b6b",
            "use": "#7a2e6b",
        }
    )

    def paint(self, fill: str = "", stroke: str = "", width: float = 0, more: str = "") -> str:
        """Attributes that fill and stroke a shape with named colours ('' is none)."""
        names = [f"d-{fill}"] * bool(fill) + [f"l-{stroke}"] * bool(stroke)
        parts = [f'fill="{self.colours[fill] if fill else "none"}"']
        if stroke:
            parts.append(f'stroke="{self.colours[stroke]}" stroke-width="{_n(width)}"')
        if self.classes and names:
            parts.append(f'class="{" ".join(names)}"')
        if more:
            parts.append(more)
        return " ".join(parts)


PAGE = Palette(classes=True)
PDF = Palette(classes=False, face="Source Sans Pro", colours=PAGE.colours | {"paper": "#ffffff"})


def _n(value: float) -> str:
    """A number as short as two decimals allow."""
    return f"{round(value, 2) + 0.0:g}"


def _point(cx: float, cy: float, radius: float, angle: float) -> str:
    turn = radians(angle)
    return f"{_n(cx + radius * cos(turn))} {_n(cy + radius * sin(turn))}"


def _wedge(cx: float, cy: float, inner: float, outer: float, start: float, end: float, gap: float) -> str:
    """A path for one piece of a ring, ``gap`` px from its neighbours at every radius.

    The inset is the same distance along both arcs, so that facing edges stay parallel.
    """
    far, near = degrees(asin(gap / 2 / outer)), degrees(asin(gap / 2 / inner))
    return (
        f"M{_point(cx, cy, outer, start + far)}"
        f"A{_n(outer)} {_n(outer)} 0 0 1 {_point(cx, cy, outer, end - far)}"
        f"L{_point(cx, cy, inner, end - near)}"
        f"A{_n(inner)} {_n(inner)} 0 0 0 {_point(cx, cy, inner, start + near)}Z"
    )


def _arc(cx: float, cy: float, radius: float, start: float, end: float) -> str:
    return f"M{_point(cx, cy, radius, start)}A{_n(radius)} {_n(radius)} 0 0 1 {_point(cx, cy, radius, end)}"


def _circle(cx: float, cy: float, radius: float, paint: str) -> str:
    return f'<circle cx="{_n(cx)}" cy="{_n(cy)}" r="{_n(radius)}" {paint}/>'


def _square(cx: float, cy: float, side: float, paint: str) -> str:
    at = side / 2
    return f'<rect x="{_n(cx - at)}" y="{_n(cy - at)}" width="{_n(side)}" height="{_n(side)}" {paint}/>'


def _diamond(cx: float, cy: float, reach: float, paint: str) -> str:
    return f'<path d="M{_n(cx)} {_n(cy - reach)}l{_n(reach)} {_n(reach)}l{_n(-reach)} {_n(reach)}l{_n(-reach)} {_n(-reach)}Z" {paint}/>'


def _text(x: float, y: float, size: float, words: object, paint: str, anchor: str = "start") -> str:
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{where} {paint}>{escape(words)}</text>'


def _svg(
    width: int, height: int, title: str, body: Iterable[str], palette: Palette, css: str = ""
) -> SafeString:
    """The frame every drawing stands in; an empty title makes it decoration beside a word."""
    face = f' font-family="{palette.face}"' if palette.face else ""
    style = f' class="{css}"' if css and palette.classes else ""
    voice = (
        f' role="img"><title>{escape(title)}</title>' if title else ' aria-hidden="true" focusable="false">'
    )
    # Every value that reaches this string is a number or went through escape().
    return mark_safe(  # noqa: S308
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f"{style}{face}{voice}{''.join(body)}</svg>"
    )


def _pieces(
    part: Part, cx: float, cy: float, inner: float, outer: float, inset: float, gap: float, palette: Palette
) -> list[str]:
    """A part's quarter: one piece for each thing it asks for, all of equal length."""
    start = QUARTERS[part.key] + inset
    share = (90 - 2 * inset) / max(len(part.pieces), 1)
    drawn = []
    for place, state in enumerate(part.pieces):
        begin, end = start + place * share, start + (place + 1) * share
        if state == "done":
            drawn.append(
                f'<path d="{_wedge(cx, cy, inner, outer, begin, end, gap)}" {palette.paint(part.key)}/>'
            )
            continue
        hair = palette.paint("", part.key, 1.2, 'stroke-opacity=".55"')
        drawn.append(f'<path d="{_wedge(cx, cy, inner + 0.6, outer - 0.6, begin, end, gap + 1.2)}" {hair}/>')
        if state == "begun":
            half = (inner + outer) / 2
            drawn.append(
                f'<path d="{_wedge(cx, cy, inner, half, begin, end, gap)}" {palette.paint(part.key)}/>'
            )
    return drawn


def _frame(cx: float, cy: float, palette: Palette) -> list[str]:
    """The two hairlines of the loop and the four chevrons that say which way it goes."""
    drawn = [_circle(cx, cy, radius, palette.paint("", "line", 1)) for radius in (155, 222)]
    for angle in (0, 90, 180, 270):
        x, y = _point(cx, cy, 183, angle).split()
        chevron = palette.paint("", "ink", 1.7, 'stroke-linecap="round" stroke-linejoin="round"')
        drawn.append(
            f'<path d="M-2.6 -4.6L2.6 0L-2.6 4.6" transform="translate({x} {y}) rotate({angle + 90})" {chevron}/>'
        )
    return drawn


def _gate(gate: Gate, angle: float, cx: float, cy: float, scale: float, palette: Palette) -> list[str]:
    turn = radians(angle)
    x, y = cx + 222 * cos(turn), cy + 222 * sin(turn)
    shape = (
        (lambda paint, r: _square(x, y, r * 11 / 6, paint))
        if gate.hard
        else (lambda paint, r: _circle(x, y, r, paint))
    )
    drawn = []
    if gate.state == "passed":
        drawn.append(shape(palette.paint("ink"), 6))
    elif gate.state == "reason":
        drawn.append(shape(palette.paint("paper", "ink", 1.6), 5.6))
        drawn.append(f'<path d="M{_n(x)} {_n(y - 5.6)}a5.6 5.6 0 0 1 0 11.2Z" {palette.paint("ink")}/>')
    elif gate.state == "todo":
        drawn.append(shape(palette.paint("paper", "edge", 1.5), 5.6))
    elif gate.state == "not_applicable":
        drawn.append(_circle(x, y, 7, palette.paint("paper")))
        drawn.append(f'<path d="M{_n(x - 5)} {_n(y)}h10" {palette.paint("", "edge", 1.6)}/>')
    else:
        drawn.append(_square(x, y, 21, palette.paint("paper", "attention", 1.5)))
        drawn.append(_square(x, y, 12, palette.paint("attention")))
    waits = gate.state == "waiting"
    away = 222 + 19 * scale + 4 * waits
    words = palette.paint("attention" if waits else "quiet", more='font-weight="600"' if waits else "")
    drawn.append(
        _text(
            cx + away * cos(turn),
            cy + away * sin(turn) + 4.4 * scale,
            12.5 * scale,
            gate.number,
            words,
            "middle",
        )
    )
    return drawn


def _gates(gates: Sequence[Gate], cx: float, cy: float, scale: float, palette: Palette) -> list[str]:
    drawn = []
    for key, start in QUARTERS.items():
        here = [gate for gate in gates if gate.part == key]
        for place, gate in enumerate(here):
            angle = gate.angle if gate.angle is not None else start + 90 * (place + 0.5) / len(here)
            drawn += _gate(gate, angle, cx, cy, scale, palette)
    return drawn


def _middle(middle: Middle, cx: float, cy: float, scale: float, palette: Palette) -> list[str]:
    drawn = [
        _text(cx, cy - 56 * scale, 15 * scale, middle.label, palette.paint("quiet"), "middle"),
        _text(
            cx,
            cy + 15 * scale,
            76 * min(scale, 1.15),
            middle.figure,
            palette.paint("ink", more='letter-spacing="-2"'),
            "middle",
        ),
    ]
    if middle.line:
        drawn.append(_text(cx, cy + 43 * scale, 15 * scale, middle.line, palette.paint("ink"), "middle"))
    # Beyond fourteen the marks would touch the ring; the figure has said it already.
    if 0 < len(middle.marks) <= 14:
        x = cx - 9 * scale * (len(middle.marks) - 1)
        for mark_ in middle.marks:
            drawn.append(_small_mark(mark_, x, cy + 66 * scale, scale, palette))
            x += 18 * scale
    if middle.note:
        below = 97 if middle.marks else 68
        drawn.append(_text(cx, cy + below * scale, 14 * scale, middle.note, palette.paint("quiet"), "middle"))
    return drawn


def _small_mark(name: str, x: float, y: float, scale: float, palette: Palette) -> str:
    if name == "late":
        return _diamond(x, y, 6.4 * scale, palette.paint("attention"))
    if name == "kept":
        return _circle(x, y, 5 * scale, palette.paint("ink"))
    return _circle(x, y, 4.3 * scale, palette.paint("", "ink", 1.4))


def _corners(
    texts: Mapping[Any, tuple[str, list[str]]], width: int, height: int, palette: Palette, size: float = 14
) -> list[str]:
    """A name and its small lines in each corner, in the part's own colour."""
    drawn = []
    for key, (name, lines) in texts.items():
        left, top = key in ("idea", "use"), key in ("idea", "people")
        x, anchor = (2, "start") if left else (width - 2, "end")
        y = 22 if top else height - 8 - 19 * len(lines) - 4
        drawn.append(_text(x, y, 19, name, palette.paint(key, more='font-weight="600"'), anchor))
        for place, line in enumerate(lines):
            ink = palette.paint("ink" if place == 0 and len(line) < 12 and line[:1].isdigit() else "quiet")
            drawn.append(_text(x, y + 22 + 19 * place, size, line, ink, anchor))
    return drawn


def loop(
    parts: Sequence[Part],
    gates: Sequence[Gate] = (),
    middle: Middle | None = None,
    *,
    compact: bool = False,
    palette: Palette = PAGE,
) -> SafeString:
    """The loop: four quarters, how complete each is, gates as small marks, one figure in the middle.

    690 by 560; ``compact`` is 520 square for narrow places, with larger words and no corners.

    >>> drawing = loop([Part("idea", pieces=["done", "todo"], fact="begun")], middle=Middle("To answer", "4", "of 12"))
    >>> "<title>Right idea: 1 of 2, begun. To answer: 4 of 12.</title>" in drawing
    True
    """
    width, height, cx, cy, scale = (520, 520, 260, 260, 1.36) if compact else (690, 560, 345, 282, 1.0)
    said = [f"{part.label}: {part.count}" + (f", {part.fact}" if part.fact else "") for part in parts]
    said += [str(middle)] if middle else []
    said += [f"Gates: {len(gates)}, described in the table"] if gates else []
    drawn = _frame(cx, cy, palette)
    for part in parts:
        drawn += _pieces(part, cx, cy, 164, 202, 3.1, 3, palette)
    drawn += _gates(gates, cx, cy, scale, palette)
    if middle:
        drawn += _middle(middle, cx, cy, scale, palette)
    if not compact:
        texts = {
            part.key: (f"{place} {part.label}", [part.count, *wrap(part.fact, 34)[:2]])
            for place, part in enumerate(parts, 1)
        }
        drawn += _corners(texts, width, height, palette)
    return _svg(
        width,
        height,
        ". ".join(said) + ".",
        drawn,
        palette,
        "drawing " + ("loop-compact" if compact else "loop-full"),
    )


def empty_loop(sentence: str = "", *, compact: bool = False, palette: Palette = PAGE) -> SafeString:
    """The loop before anything is in it: outlines, a sentence in the middle, each part's question.

    A ``|`` in the sentence begins a new line. 592 by 584; ``compact`` is 460 square, without the questions.

    >>> "It starts with" in empty_loop("It starts with|one question.")
    True
    """
    width, height, cx, cy = (460, 460, 230, 230) if compact else (592, 584, 296, 290)
    drawn = _frame(cx, cy, palette)
    for key, start in QUARTERS.items():
        begin, end = start + 3.1, start + 86.9
        line = palette.paint("", key, 1.2)
        drawn.append(f'<path d="{_wedge(cx, cy, 164, 206, begin, end, 0)}" {line}/>')
        share = (end - begin) / 9
        rungs = "".join(
            f"M{_point(cx, cy, 164, begin + n * share)}L{_point(cx, cy, 206, begin + n * share)}"
            for n in range(1, 9)
        )
        drawn.append(f'<path d="{rungs}" {line}/>')
    lines = sentence.split("|") if sentence else []
    scale = 1.2 if compact else 1.0
    for place, words in enumerate(lines):
        y = cy + 9 + 33 * scale * (place - (len(lines) - 1) / 2)
        drawn.append(
            _text(cx, y, 25 * scale, words, palette.paint("ink", more='letter-spacing="-.3"'), "middle")
        )
    if not compact:
        drawn += _corners(
            {key: (NAMES[key], QUESTIONS[key].split("|")) for key in QUARTERS}, width, height, palette, 15
        )
    asked = ". ".join(f"{NAMES[key]}: {QUESTIONS[key].replace('|', ' ')}" for key in QUARTERS).replace(
        "?.", "?"
    )
    said = f"An empty loop. {sentence.replace('|', ' ')} {asked}"
    return _svg(
        width, height, said, drawn, palette, "drawing " + ("empty-compact" if compact else "empty-full")
    )


def tiny_loop(
    parts: Sequence[Part],
    middle: Literal["late", "owed", "kept", "stopped", ""] = "",
    *,
    title: str = "",
    palette: Palette = PAGE,
) -> SafeString:
    """The loop as a 46 px sign for a row: arcs as long as what is done, one mark in the middle.

    >>> 'width="46"' in tiny_loop([Part("idea", pieces=["done"])], "kept")
    True
    """
    drawn = []
    for part in parts:
        start = QUARTERS[part.key] + 5
        drawn.append(f'<path d="{_arc(23, 23, 16.5, start, start + 80)}" {palette.paint("", "line", 1.4)}/>')
        share = 80 * part.done / len(part.pieces) if part.pieces else 0
        if share:
            colour = "edge" if middle == "stopped" else part.key
            drawn.append(
                f'<path d="{_arc(23, 23, 16.5, start, start + share)}" {palette.paint("", colour, 6.5)}/>'
            )
    if middle == "late":
        drawn.append(_diamond(23, 23, 5.2, palette.paint("attention")))
    elif middle == "owed":
        drawn.append(_circle(23, 23, 3.4, palette.paint("", "ink", 1.5)))
    elif middle == "kept":
        drawn.append(_circle(23, 23, 3.8, palette.paint("ink")))
    elif middle == "stopped":
        drawn.append(f'<path d="M17.5 23h11" {palette.paint("", "ink", 2.2)}/>')
    told = {
        "late": "something is late",
        "owed": "something is owed",
        "kept": "nothing is owed",
        "stopped": "stopped",
    }
    said = ", ".join(f"{part.label.removeprefix('Right ')} {part.count}" for part in parts)
    said = "; ".join(filter(None, [title or f"Loop: {said}", told.get(middle, "")]))
    return _svg(46, 46, said, drawn, palette)


def quarter_sign(part: Part | str, *, palette: Palette = PAGE) -> SafeString:
    """An 18 px circle with one part's quarter; it always stands beside the part's name.

    >>> quarter_sign("use").count("<path")
    1
    """
    key = part if isinstance(part, str) else part.key
    start = QUARTERS[key]
    drawn = [
        _circle(9, 9, 6.5, palette.paint("", "edge", 1)),
        f'<path d="{_arc(9, 9, 6.5, start, start + 90)}" {palette.paint("", key, 4.8)}/>',
    ]
    return _svg(18, 18, "", drawn, palette)


def part_sign(part: Part, *, palette: Palette = PAGE) -> SafeString:
    """A 104 px sign for the head of a part's page: two circles and the part's own quarter.

    >>> "<title>Right use: 0 of 1</title>" in part_sign(Part("use", pieces=["todo"]))
    True
    """
    drawn = [_circle(52, 52, radius, palette.paint("", "line", 1)) for radius in (32, 49)]
    drawn += _pieces(part, 52, 52, 32, 49.5, 1, 1.5, palette)
    return _svg(104, 104, f"{part.label}: {part.count}", drawn, palette)


def bar(value: float, most: float, colour: str = "information", *, palette: Palette = PAGE) -> SafeString:
    """A bar for a table cell, as long as ``value`` is of ``most``; the number stands beside it.

    >>> 'width="33"' in bar(1, 2)
    True
    """
    length = ceil(66 * value / most) if most else 0
    return _svg(66, 10, "", [f'<rect y="1" width="{length}" height="8" {palette.paint(colour)}/>'], palette)


# Marks, 16 px: shape first, colour second, and a word always beside them. {c} is the mark's colour, {p} paper.
_MARKS = {
    "passes": '<circle cx="8" cy="8" r="7" fill="{c}"/><path d="M4.8 8.2l2.2 2.3l4.2-4.7" fill="none" stroke="{p}" stroke-width="1.7"/>',
    "fails": '<path d="M1.5 1.5h13v13h-13Z" fill="{c}"/><path d="M5.2 5.2l5.6 5.6m0-5.6l-5.6 5.6" stroke="{p}" stroke-width="1.7"/>',
    "dash": '<path d="M3 8h10" stroke="{c}" stroke-width="1.7"/>',
    "ring": '<circle cx="8" cy="8" r="6" fill="none" stroke="{c}" stroke-width="1.4"/>',
    "disc": '<circle cx="8" cy="8" r="5.5" fill="{c}"/>',
    "half": '<circle cx="8" cy="8" r="6" fill="none" stroke="{c}" stroke-width="1.4"/><path d="M8 2a6 6 0 0 1 0 12Z" fill="{c}"/>',
    "late": '<path d="M8 2l6 6l-6 6l-6-6Z" fill="{c}"/>',
    "noted": '<path d="M3 6h10M3 10.5h10" stroke="{c}" stroke-width="1.5"/>',
    "waits": '<path d="M1.5 1.5h13v13h-13Z" fill="none" stroke="{c}" stroke-width="1.3"/><path d="M4.6 4.6h6.8v6.8h-6.8Z" fill="{c}"/>',
    "find": '<circle cx="6.5" cy="6.5" r="4.6" fill="none" stroke="{c}" stroke-width="1.4"/><path d="M10 10l4.5 4.5" stroke="{c}" stroke-width="1.4"/>',
    "comment": '<path d="M1.7 2.7h12.6v8.6h-6.6l-3.2 3v-3h-2.8Z" fill="none" stroke="{c}" stroke-width="1.4"/>',
    "close": '<path d="M3 3l10 10m0-10l-10 10" stroke="{c}" stroke-width="1.6"/>',
}
_MARK_COLOURS = {"passes": "good", "fails": "stop", "late": "attention", "waits": "attention"}


def mark(name: str, *, palette: Palette = PAGE) -> SafeString:
    """One of the 16 px marks; hidden from screen readers because its word stands beside it.

    >>> "mark-late" in mark("late")
    True
    """
    if palette.classes:
        # The paper strokes are cut by class, so that they follow the page into the dark.
        shape = _MARKS[name].replace('stroke="{p}"', f'stroke="{palette.colours["paper"]}" class="l-paper"')
        return _svg(16, 16, "", [shape.replace("{c}", "currentColor")], palette, f"mark mark-{name}")
    colour = palette.colours[_MARK_COLOURS.get(name, "ink")]
    return _svg(16, 16, "", [_MARKS[name].format(c=colour, p="#ffffff")], palette)


def brand(*, palette: Palette = PAGE) -> SafeString:
    """The site's sign: the ring of four pieces in green, beside its name.

    >>> brand().count("M")
    4
    """
    path = "".join(_wedge(13, 13, 7.2, 11.6, start + 7, start + 83, 0) for start in (0, 90, 180, 270))
    colour = "currentColor" if palette.classes else palette.colours["green"]
    return _svg(26, 26, "", [f'<path d="{path}" fill="{colour}"/>'], palette)
