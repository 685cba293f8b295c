"""A plan as a PDF that anybody can read: tagged (PDF/UA-1), with contents, bookmarks and the loop.

`render` takes the copy made by `take_away.summary_input` and nothing else: no database, no network, and from the disk
only its own template, style sheet and the font files of a package. Only workers and commands import this module.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import font_source_sans_pro
import pydyf
from django.template import Engine
from django.template.base import Template
from django.template.context import Context
from django.template.library import Library
from django.utils.dateformat import format as format_date
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from weasyprint import CSS, HTML
from weasyprint.html import UA
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from . import drawings

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "projects" / "pdf"
HERE = ZoneInfo("Pacific/Auckland")

#: Told how far it is: a percentage and what is being done.
Tell = Callable[[int, str], None]

register = Library()


def render(data: dict[str, Any], made: datetime, tell: Tell = lambda percent, what: None) -> bytes:
    """The plan summary of `data` (see `take_away.summary_input`) as a PDF, dated `made` (an aware time).

    `tell(percent, what)` is called as the work goes on. One document is laid out at a time in a process.
    """
    tell(2, _("Putting the words together"))
    html = page(data, made)
    # The layout engine's fonts belong to one thread at a time.
    with _one_at_a_time:
        fonts, style = _fonts_and_style(os.getpid())
        with _pages_told(tell, expected=1 + len(html) / 5500):
            document = PlainHTML(string=html, url_fetcher=OwnAssets()).render(
                font_config=fonts, stylesheets=[style]
            )
        _drawn_one_by_one(document.pages, tell)
        return document.write_pdf(pdf_variant="pdf/ua-1", finisher=partial(_finish, tell))


def page(data: dict[str, Any], made: datetime) -> str:
    """The summary as one HTML document, everybody's words escaped."""
    return _template().render(Context(_context(data, made)))


# --- Nothing is fetched ---


class OwnAssets(URLFetcher):
    """Gives the layout engine the fonts and signs of the summary, and refuses every other address."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The asset `url`; raises ValueError for whatever is not ours, be it a file, a page or data."""
        asset = _assets().get(url)
        if asset is None:
            raise ValueError("A summary fetches nothing.")
        kind, content = asset
        return URLFetcherResponse(url, content() if callable(content) else content, {"Content-Type": kind})


@cache
def _assets() -> dict[str, tuple[str, Any]]:
    """Everything a summary is made of besides its words: address → type and content."""
    fonts = Path(font_source_sans_pro.font_directory)
    found: dict[str, tuple[str, Any]] = {
        f"summary:{weight}": ("font/ttf", (fonts / f"SourceSansPro-{weight}.ttf").read_bytes)
        for weight in ("Light", "Regular", "Semibold")
    }
    # Signs that only decorate are backgrounds, so that a screen reader passes over them.
    found["summary:brand"] = ("image/svg+xml", drawings.brand(palette=drawings.PDF))
    for key in drawings.QUARTERS:
        found[f"summary:{key}"] = ("image/svg+xml", drawings.quarter_sign(key, palette=drawings.PDF))
    return found


_one_at_a_time = threading.Lock()


@cache
def _fonts_and_style(process: int) -> tuple[FontConfiguration, CSS]:
    """Fonts and style sheet, read once in each process: a forked one must not share another's font files."""
    fonts = FontConfiguration()
    return fonts, CSS(string=(FOLDER / "plan.css").read_text(), url_fetcher=OwnAssets(), font_config=fonts)


@cache
def _template() -> Template:
    """The template, in an engine of its own: always escaping, and knowing no settings of the site."""
    engine = Engine(dirs=[str(FOLDER)], builtins=["django.templatetags.i18n", __name__])
    return engine.get_template("plan.html")


@contextmanager
def _pages_told(tell: Tell, expected: float) -> Iterator[None]:
    """Tell how many pages are laid out, a few times a second; `expected` is a guess of how many there will be."""

    class Pages(logging.Handler):
        last = 0.0
        far = 8

        def emit(self, record: logging.LogRecord) -> None:
            found = re.search(r"Page (\d+)$", record.getMessage())
            if found and time.monotonic() - self.last > 0.25:
                self.last = time.monotonic()
                number = int(found[1])
                # Never backwards: pages whose numbers were not known yet are laid out a second time.
                self.far = max(self.far, min(70, 8 + round(62 * number / expected)))
                tell(self.far, _("Laying out page %(n)s") % {"n": number})

    log = logging.getLogger("weasyprint.progress")
    before, handler = (log.level, log.propagate), Pages()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before[0])
        log.propagate = before[1]


def _drawn_one_by_one(pages: list[Any], tell: Tell) -> None:
    """While the pages are drawn one after the other, tell so, and keep each as one string instead of thousands."""
    last = 0.0

    def draw(number: int, paint: Callable, stream: pydyf.Stream, *args: Any, **more: Any) -> None:
        nonlocal last
        if time.monotonic() - last > 0.25:
            last = time.monotonic()
            far = 70 + round(20 * number / len(pages))
            tell(far, _("Drawing page %(n)s of %(of)s") % {"n": number, "of": len(pages)})
        paint(stream, *args, **more)
        drawn = [item.data if isinstance(item, pydyf.Object) else item for item in stream.stream]
        stream.stream = [
            b"\n".join(item if isinstance(item, bytes) else str(item).encode() for item in drawn)
        ]

    for number, page in enumerate(pages, 1):
        page.paint = partial(draw, number, page.paint)


class PlainHTML(HTML):
    """HTML without the styles of footnotes, which the engine else works out and keeps for every single element.

    It saves a third of the memory and a tenth of the time of a long summary.
    """

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_base_style()]


@cache
def _base_style() -> CSS:
    rules = re.sub(r"(?m)^::(foot)?note-.*$", "", UA).replace("\n::marker", "\nli::marker")
    return CSS(string=rules)


# --- Words ---

# Te reo words without a macron that come up in plans; one with a macron is known by its spelling, below.
_REO = (
    "Aotearoa|aroha|awhi|hapori|hapu|hauora|hui|iwi|kai|kaimahi|kaitiaki|kaitiakitanga|karakia|kaupapa|kawa|koha|"
    "kotahitanga|kuia|kura|mahi|mana|manaakitanga|manuhiri|marae|mihi|mokopuna|moana|ora|pepeha|pono|pou|rangatahi|"
    "rangatira|rangatiratanga|reo|rohe|ropu|taiohi|takiwa|tamariki|tangata|tangi|tangihanga|taonga|tautoko|tikanga|"
    "tino|tiriti|utu|wahine|wairua|Waitangi|whakaaro|whakapapa|whanau|whanaungatanga|whare|whenua"
)
# Spelt like te reo from end to end and with a macron: “Māori” is, “Sāmoa” (Samoan) and “Tōkyō” (Japanese) are not.
_SYLLABLES = r"(?=[a-z]*[āēīōū])(?:(?:wh|ng|[hkmnprtw])?[aeiouāēīōū])+"
_WORD = rf"(?:{_SYLLABLES}|{_REO})(?!\w)"
# Small words go with the word they stand before: “He tāngata”, “Te Tiriti o Waitangi”.
_PHRASE = re.compile(
    rf"(?<!\w)(?:(?:he|te|ngā|nga|kia) )?{_WORD}(?: (?:(?:o|ki|te|ngā|nga|he) ){{0,2}}{_WORD})*",
    re.IGNORECASE,
)
# What neither HTML nor the PDF's metadata can hold; everything else comes out as it was typed.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_RIGHT_TO_LEFT = re.compile(r"[^\W\d_]")


@register.filter
def reo(text: Any) -> SafeString:
    """`text` escaped, its te reo words marked as such, so that a voice reads them as te reo.

    >>> reo("For whānau & iwi")
    'For <span lang="mi">whānau</span> &amp; <span lang="mi">iwi</span>'
    """
    if isinstance(text, SafeString):
        return text
    marked = _PHRASE.sub(r'<span lang="mi">\g<0></span>', escape(printable(text)))
    return mark_safe(marked)  # noqa: S308  Escaped just before; only our own tags were added.


@register.filter
def printable(text: Any) -> str:
    """`text` without characters that a document cannot hold (a NUL, half a surrogate pair)."""
    return _UNPRINTABLE.sub("\ufffd", str(text))


@register.simple_tag
def words(text: str, before: Any = "", after: Any = "") -> SafeString:
    """`text` as paragraphs with their line breaks; `before` and `after` stand in the first and the last one.

    >>> words("One,\\ntwo.\\n\\nThree.")
    '<p>One,<br>two.</p><p>Three.</p>'
    """
    lines = "\n".join(str(text).splitlines()) if "\r" in text else str(text)
    parts = [part.strip() for part in re.split(r"\n[ \t]*\n", lines) if part.strip()] or [""]
    done = []
    for place, part in enumerate(parts):
        said = mark_safe(reo(part).replace("\n", "<br>"))  # noqa: S308  reo() escaped it.
        first = before if place == 0 else ""
        last = after if place == len(parts) - 1 else ""
        way = mark_safe(' dir="rtl"') if _reads_from_the_right(part) else ""
        done.append(format_html("<p{}>{}{}{}</p>", way, first, said, last))
    return mark_safe("".join(done))  # noqa: S308  Joined from escaped parts.


@register.filter
def day(text: str) -> str:
    """An ISO date as people write it: 3 March 2026."""
    return format_date(date.fromisoformat(text[:10]), "j F Y") if text else ""


@register.filter
def grouped(number: int) -> str:
    """A number in groups of three, with a thin space that does not break.

    >>> grouped(2400)
    '2\\u202f400'
    """
    return f"{int(number):,}".replace(",", "\u202f")


@register.filter
def capital(text: str) -> str:
    """`text` with a capital to begin with."""
    return text[:1].upper() + text[1:]


def _reads_from_the_right(text: str) -> bool:
    from unicodedata import bidirectional

    for one in _RIGHT_TO_LEFT.finditer(text):
        return bidirectional(one[0]) in ("R", "AL")
    return False


# --- What stands where ---


def _context(data: dict[str, Any], made: datetime) -> dict[str, Any]:
    # The reader's edition comes without the talk; should a note ever slip in, it still is not printed.
    talk = data["edition"] != "reader"
    parts = {part["key"]: _part(part) for part in data["parts"]}
    insights = [one for one in data["sections"].get("use", []) if one["kind"] == "insight"]
    empty = {
        "idea": False,
        "people": not data["voices"],
        "information": not data["purposes"],
        "use": not insights,
    }
    local = made.astimezone(HERE)
    return {
        **data,
        "made": local,
        "made_day": format_date(local.date(), "j F Y"),
        "made_time": f"{local.hour % 12 or 12}.{local:%M} {'am' if local.hour < 12 else 'pm'}",
        "reader": not talk,
        "cover": _cover(data["title"], data["question"]),
        "loop": drawings.loop(list(parts.values()), middle=_middle(data["middle"]), palette=drawings.PDF),
        "parts": [
            {
                **part,
                "empty": empty[part["key"]],
                "sign": drawings.part_sign(parts[part["key"]], palette=drawings.PDF),
                "so_far": _so_far(part["pieces"]),
            }
            for part in data["parts"]
        ],
        "reasons": any(stage["reason"] for stage in data["stages"]),
        "interests": any(voice["interest"] for voice in data["voices"]),
        "purposes": [_purpose(number, purpose, talk) for number, purpose in enumerate(data["purposes"], 1)],
        "insights": insights,
    }


def _part(part: dict[str, Any]) -> drawings.Part:
    pieces = part["pieces"]
    missing = [piece["name"] for piece in pieces if piece["state"] != "done"]
    fact = _("next: %(what)s") % {"what": missing[0]} if missing else _("complete") if pieces else ""
    return drawings.Part(part["key"], part["name"], [piece["state"] for piece in pieces], fact)


def _middle(middle: dict[str, str]) -> drawings.Middle:
    return drawings.Middle(middle["label"], middle["figure"], middle["line"])


def _so_far(pieces: list[dict[str, str]]) -> list[tuple[str, str]]:
    """What the part's sign shows, in words: (state, the pieces in it)."""
    states = {"done": _("Done"), "begun": _("Begun"), "todo": _("Not yet")}
    said = (
        (words, [piece["name"] for piece in pieces if piece["state"] == state])
        for state, words in states.items()
    )
    return [(words, ", ".join(names)) for words, names in said if names]


def _cover(title: str, question: str) -> dict[str, Any]:
    """Sizes that let a long title and question share the cover with the loop; the whole question is in part 1."""
    line = " ".join(question.split())
    short = line if len(line) <= 420 else line[:400].rsplit(None, 1)[0] + " …"
    size = "large" if len(title) <= 30 else "middling" if len(title) <= 80 else "small"
    height = {"large": 138, "middling": 155, "small": 195}[size] + 12
    height += 30 * (1 + len(short) // 58) if len(short) <= 175 else 22 * (1 + len(short) // 78)
    return {
        "question": short,
        "title_size": size,
        "question_size": "large" if len(short) <= 175 else "small",
        # The whole loop leaves 290 px above it.
        "loop_size": "large" if height <= 270 else "small",
    }


def _purpose(number: int, purpose: dict[str, Any], talk: bool) -> dict[str, Any]:
    """A purpose with its texts in rows, the three about people under "how", and its notes numbered from 1."""
    notes = [_note(number, place, note) for place, note in enumerate(purpose["notes"] if talk else [], 1)]
    refs: dict[str, list[SafeString]] = {}
    for note in notes:
        refs.setdefault(note["block"], []).append(note["ref"])
    texts = {name: {"name": name, "label": label, "text": text} for name, label, text in _texts(purpose)}
    for name, text in texts.items():
        text["refs"] = mark_safe("".join(refs.pop(name, [])))  # noqa: S308  Made by format_html.
    who = [texts.pop(name) for name in ("who_has_access", "will_not_happen", "will_not_see") if name in texts]
    rows = []
    for name, text in texts.items():
        terms = [one for one in who if one["text"]] if name == "how" else []
        level = purpose["choice_level"] if name == "choice" else ""
        if text["text"] or terms or level:
            rows.append({**text, "terms": terms, "level": level})
    return {
        "number": number,
        "title": purpose["title"],
        # Notes on the title, on the whole, or on a text that is empty by now.
        "refs": mark_safe("".join(ref for some in refs.values() for ref in some)),  # noqa: S308
        "rows": rows,
        "missing": [one["label"] for one in [*texts.values(), *who] if not one["text"]],
        "notes": notes,
    }


def _texts(purpose: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for block in purpose["blocks"]:
        yield block["name"], block["label"], block["text"].strip()


def _note(purpose: int, number: int, note: dict[str, Any]) -> dict[str, Any]:
    """A thread as a footnote: who said what, what was answered, and whether it is settled."""
    key = f"note-{purpose}-{number}"
    said = [
        {
            "before": format_html(
                "<b>{}</b> <small>({}, {})</small> ",
                reo(one["who"]),
                note["kind"].lower() if place == 0 else _("the team") if one["team"] else _("reply"),
                day(one["on"]),
            ),
            "text": one["text"],
        }
        for place, one in enumerate(note["said"])
    ]
    state = "settled" if note["resolved"] else "answered" if note["answered"] else "waits"
    return {
        "key": key,
        "block": note["block"],
        "ref": format_html('<a class="ref {}" href="#{}"><sup>{}</sup></a>', state, key, number),
        "said": said,
        "state": state,
    }


# --- The tags ---


def _finish(tell: Tell, document: Any, pdf: pydyf.PDF) -> None:
    """Say in the tags what the layout engine leaves out: language, terms, scopes, and what is no content.

    - a <span> is used for te reo alone, so its tag gets that language;
    - each row of a <dl> becomes one item with a label and a body, and a <div> in a <li> becomes its body;
    - a header cell says whether it heads a row or a column (it is told by the cells that name it);
    - heads and feet of pages become artifacts, which no voice reads out on every page;
    - a link says where it leads.
    """
    tell(91, _("Writing the file"))
    objects = pdf.objects

    def at(reference: bytes) -> Any:
        return objects[int(reference.split()[0])]

    root = at(pdf.catalog["StructTreeRoot"])
    read: dict[bytes, set[int]] = {}
    waiting = [at(kid) for kid in root["K"]]
    while waiting:
        element = waiting.pop()
        kids = element["K"]
        below = [at(kid) for kid in kids if isinstance(kid, bytes)]
        read.setdefault(element.get("Pg", b""), set()).update(kid for kid in kids if isinstance(kid, int))
        if element["S"] == "/Span" and below:
            element["Lang"] = pydyf.String("mi")
        elif element["S"] == "/L":
            for item in below:
                if item["S"] == "/Div":
                    _term(item, at)
                else:
                    for body in (at(kid) for kid in item["K"]):
                        if body["S"] == "/Div":
                            body["S"] = "/LBody"
        elif element["S"] == "/TR":
            first_body = [cell for cell in below if cell["S"] in ("/TD", "/TH")]
            whole_head = all(cell["S"] == "/TH" for cell in first_body)
            for cell in first_body:
                if cell["S"] == "/TH":
                    cell["A"]["Scope"] = "/Column" if whole_head else "/Row"
        waiting += [one for one in below if one.get("Type") == "/StructElem"]
    numbers = at(root["ParentTree"])["Nums"]
    for place, page_ in enumerate(pdf.page_references):
        stream = at(at(page_)["Contents"])
        mine = read.get(page_, set())
        owners = numbers[2 * place + 1]

        def artifact(found: re.Match[bytes], mine: set[int] = mine, owners: list = owners) -> bytes:
            number = int(found[1])
            if number in mine:
                return found[0]
            owners[number] = b"null"
            return b"/Artifact\n<</Type /Pagination>>\nBDC"

        stream.stream = [re.sub(rb"/\w+\n<</MCID (\d+)>>\nBDC", artifact, stream.stream[0])]
    for one in objects:
        if isinstance(one, pydyf.Dictionary) and one.get("Subtype") == "/Link":
            one["Contents"] = pydyf.String(_leads_to(one["Dest"].string))
    # The file is written into the memory that the drawn pages, full of circles of references, had.
    document.pages.clear()
    gc.collect()


def _leads_to(target: str) -> str:
    kind, *numbers = target.split("-")
    if kind == "note":
        return _("Note %(n)s on purpose %(purpose)s") % {"purpose": numbers[0], "n": numbers[1]}
    if kind == "purpose":
        return _("Purpose %(n)s") % {"n": numbers[0]}
    if kind == "insight":
        return _("Insight %(n)s") % {"n": numbers[0]}
    return drawings.NAMES[kind]


def _term(item: pydyf.Dictionary, at: Callable[[bytes], Any]) -> None:
    """Make a row of a definition list, Div > LI > LBody twice over, into LI > Lbl and LBody.

    On the page where a long row goes on, only its body is there.
    """
    item["S"] = "/LI"
    bodies = [at(kid)["K"][0] for kid in item["K"]]
    for place, body in enumerate(bodies):
        at(body)["S"] = "/Lbl" if place < len(bodies) - 1 else "/LBody"
        at(body)["P"] = item.reference
    item["K"] = pydyf.Array(bodies)
