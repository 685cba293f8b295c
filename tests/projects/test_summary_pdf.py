"""The plan summary as a PDF, read back by other programs than the one that made it."""

import copy
import datetime
import http.server
import io
import itertools
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from projects import loop, summaries

MADE = datetime.datetime(2026, 4, 15, 21, 12, tzinfo=datetime.UTC)
BLOCKS = {
    "what": "What", "why": "Why", "how": "How", "who_has_access": "Who has access",
    "will_not_happen": "Will not happen", "will_not_see": "Will not see it", "choice": "Choice", "law": "Law",
    "transparency": "Transparency", "linking": "Linking", "alternatives": "Alternatives",
}  # fmt: skip
SENTENCE = "We ask each person how safe they feel, when they come and when they leave. "


def note(
    block: str = "what", state: str = "waits", text: str = "Is a call counted twice?", **more: Any
) -> dict:
    return {
        "block": block, "kind": "Question", "resolved": state == "settled", "answered": state != "waits",
        "said": [{"who": "Gable Street Refuge", "team": False, "on": "2026-03-03", "text": text}], **more,
    }  # fmt: skip


def purpose(title: str = "See where places are short", notes: tuple = (), **texts: str) -> dict:
    texts = {name: f"{label}: {SENTENCE}" for name, label in BLOCKS.items()} | texts
    return {
        "title": title, "version": 2, "choice_level": "some", "notes": list(notes),
        "blocks": [{"name": name, "label": label, "text": texts[name]} for name, label in BLOCKS.items()],
    }  # fmt: skip


def insight(title: str = "Three in four people feel safe when they leave", **more: str) -> dict:
    return {
        "kind": "insight", "title": title, "summary": "On leaving, 2\u202f373 people said so.\n\nLater, fewer.",
        "limits": "It does not say why.", "context": "Read it beside the figure for arrival.",
        "released": "2026-04-02", "audience": "open", "reason": "", "licence": "CC BY 4.0", "file": "safer.csv", **more,
    }  # fmt: skip


def plan(**more: Any) -> dict:
    return {
        "layout": 1, "demo": True, "edition": "full", "reference": "SV-0001", "version": 7, "title": "Safe at home",
        "question": "Do people leave safer than they came?\n\nHe tāngata: what helps them?",
        "organisation": "Safe Homes Agency", "leads": ["Ana Pereira"], "uses": ["managing funding and contracting"],
        "information": "new information", "stage": "Sharing", "stage_since": "2026-03-02",
        "stages": [
            {"name": "Idea", "on": "2024-08-05", "reason": ""},
            {"name": "Sharing", "on": "2026-03-02", "reason": "Agreed."},
        ],
        "parts": [
            {
                "key": part.key, "name": str(part.name), "lede": str(part.lede),
                "pieces": [
                    {"name": "one", "state": "done"}, {"name": "two", "state": "begun"},
                    {"name": "three", "state": "todo"},
                ],
            }
            for part in loop.PARTS.values()
        ],
        "middle": {"label": "Waiting for an answer", "figure": "1", "line": "of 3 comments"},
        "voices": [
            {
                "name": "Ana Pereira", "organisation": "Safe Homes Agency", "role": "Lead",
                "interest": "Plans places.", "since": "2024-08-05",
            },
            {
                "name": "Lived-experience panel", "organisation": "", "role": "Contributor",
                "interest": "Has been there.", "since": "2024-09-16",
            },
        ],
        "purposes": [purpose(notes=(note(), note("will_not_see", "answered"), note("", "settled")))],
        "sections": {"idea": [], "people": [], "information": [], "use": [insight()]},
        **more,
    }  # fmt: skip


def long_plan(times: int = 12) -> dict:
    """Texts of every length, so that pages end at every possible place."""
    purposes = [
        purpose(
            f"Purpose with the number {one} and a title of its own",
            tuple(
                note(block, state, SENTENCE * (1 + one % 5))
                for block, state in (("what", "waits"), ("law", "settled"))
            )
            * (one % 4),
            **{
                name: "\n\n".join([SENTENCE * (1 + (one * 7 + place * 3) % 9)] * (1 + (one + place) % 3))
                for place, name in enumerate(BLOCKS)
            },
        )
        for one in range(1, times + 1)
    ]
    insights = [
        insight(f"Insight with the number {one}, told in one sentence", summary=SENTENCE * (one % 7 + 1))
        for one in range(1, times + 1)
    ]
    voices = plan()["voices"] * 20
    return plan(purposes=purposes, voices=voices, sections={"use": insights})


def render(data: dict) -> bytes:
    assert json.loads(json.dumps(data)) == data
    return summaries.render(data, MADE)


def read(pdf: bytes, *command: str) -> str:
    return subprocess.run([*command], input=pdf, capture_output=True, check=True).stdout.decode()


def text_of(pdf: bytes, *options: str) -> str:
    return read(pdf, "pdftotext", *options, "-", "-")


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def made() -> bytes:
    return render(plan())


@pytest.fixture(scope="module")
def long() -> bytes:
    return render(long_plan())


# --- The tags, as a reader of them sees them ---


def kids(element: Any) -> list[Any]:
    found = element.get("/K", [])
    return [one.get_object() for one in (found if isinstance(found, ArrayObject) else [found])]


def elements(pdf: bytes) -> Iterator[tuple[int, DictionaryObject]]:
    """Every element of the tag tree in reading order, with how deep it stands."""

    def walk(element: Any, depth: int) -> Iterator[tuple[int, DictionaryObject]]:
        for kid in kids(element):
            if isinstance(kid, DictionaryObject) and "/S" in kid:
                yield depth, kid
                yield from walk(kid, depth + 1)

    yield from walk(PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"], 0)


def below(element: Any) -> Iterator[DictionaryObject]:
    for kid in kids(element):
        if isinstance(kid, DictionaryObject) and "/S" in kid:
            yield kid
            yield from below(kid)


def page_of(element: DictionaryObject) -> int:
    page = element.raw_get("/Pg")
    assert isinstance(page, IndirectObject)
    return page.idnum


def tags(pdf: bytes, *names: str) -> list[DictionaryObject]:
    return [element for _, element in elements(pdf) if element["/S"] in names]


def test_it_is_a_tagged_pdf_with_title_author_and_language(made: bytes) -> None:
    info = read(made, "pdfinfo", "-")
    assert re.search(r"Title: +Safe at home: plan summary, version 7\n", info)
    assert re.search(r"Author: +Safe Homes Agency, Ana Pereira\n", info)
    assert re.search(r"Tagged: +yes", info)
    assert re.search(r"Page size: .*A4", info)
    root = PdfReader(io.BytesIO(made)).trailer["/Root"]
    assert root["/Lang"] == "en-NZ"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()


def test_the_words_of_the_plan_are_in_it(made: bytes) -> None:
    text = flat(text_of(made))
    for words in (
        "Safe at home", "He tāngata: what helps them?", "SV-0001", "version 7", "since 2 March 2026", "16 April 2026",
        "9.12 am", "Demonstration, nothing here is real", "managing funding", "5 August 2024",
        "Lived-experience panel", "See where places are short", "Will not see it", "How much choice: some",
        "Three in four people feel safe", "It does not say why.", "2 April 2026", "everyone", "CC BY 4.0", "safer.csv",
        "Waits for an answer.", "Answered, still open.", "Settled.",
    ):  # fmt: skip
        assert words in text, words


def test_headings_go_down_one_step_at_a_time(long: bytes) -> None:
    levels = [int(element["/S"][2:]) for element in tags(long, "/H1", "/H2", "/H3", "/H4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert levels.count(2) == 5
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_heading_is_followed_by_text_on_its_own_page(long: bytes) -> None:
    headings, waiting = 0, None
    inside: set[int] = set()
    for _, element in elements(long):
        if id(element) in inside:
            continue
        if element["/S"] in ("/H1", "/H2", "/H3", "/H4"):
            inside |= {id(one) for one in below(element)}
            headings += 1
            waiting = waiting or []
            waiting.append(page_of(element))
        elif waiting and any(isinstance(kid, int) for kid in kids(element)):
            assert set(waiting) == {page_of(element)}
            waiting = None
    assert headings > 100
    assert waiting is None


def test_no_row_of_a_table_is_torn_and_each_page_repeats_the_head(long: bytes) -> None:
    tables = [table for table in tags(long, "/Table") if len(list(below(table))) > 50]
    assert len(tables) > 1
    for table in tables:
        rows = [one for one in below(table) if one["/S"] == "/TR"]
        assert [cell["/S"] for cell in kids(rows[0])] == ["/TH"] * 4
        for row in rows:
            assert {page_of(one) for one in below(row)} == {page_of(row)}


def test_header_cells_say_what_they_head(made: bytes) -> None:
    cells = tags(made, "/TH")
    scopes = [cell["/A"]["/Scope"] for cell in cells]
    assert scopes.count("/Column") == 3 + 4
    assert scopes.count("/Row") == 2 + 2
    for cell in tags(made, "/TD"):
        assert len(cell["/A"]["/Headers"]) == 2


def test_pictures_say_in_words_what_they_show(made: bytes) -> None:
    said = [figure["/Alt"] for figure in tags(made, "/Figure")]
    assert len(said) == 5
    assert said[0] == (
        "Right idea: 1 of 3, next: two. Right people: 1 of 3, next: two. Right information: 1 of 3, next: two. "
        "Right use: 1 of 3, next: two. Waiting for an answer: 1 of 3 comments."
    )
    assert said[1:] == [f"{part.name}: 1 of 3" for part in loop.PARTS.values()]


def test_terms_are_lists_of_labels_and_bodies(made: bytes) -> None:
    rows = [item for item in tags(made, "/LI") if kids(item)[0]["/S"] == "/Lbl" and len(kids(item)) == 2]
    assert len(rows) > 10
    for _, element in elements(made):
        if element["/S"] == "/L":
            assert {kid["/S"] for kid in kids(element)} == {"/LI"}
        if element["/S"] == "/LI":
            assert [kid["/S"] for kid in kids(element)] in (["/Lbl", "/LBody"], ["/LBody"])
            assert all(kid.raw_get("/P").idnum == element.indirect_reference.idnum for kid in kids(element))


def test_te_reo_is_tagged_as_te_reo(made: bytes) -> None:
    assert {element["/Lang"] for _, element in elements(made) if "/Lang" in element} == {"mi"}
    assert any("/Lang" in element for _, element in elements(made))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("He tāngata, he tāngata", ["He tāngata", "he tāngata"]),
        ("Māori and whānau-led; the iwi’s mana", ["Māori", "whānau", "iwi", "mana"]),
        ("Te Tiriti o Waitangi in te reo Māori", ["Te Tiriti o Waitangi", "te reo Māori"]),
        ("rangatahi, koha, hui, KAITIAKI", ["rangatahi", "koha", "hui", "KAITIAKI"]),
        ("Gagana Sāmoa, Tōkyō, he came to the management of a naïve manager", []),
    ],
)
def test_only_te_reo_words_are_marked_as_te_reo(text: str, marked: list[str]) -> None:
    found = summaries.reo(text)
    assert re.findall(r'<span lang="mi">(.*?)</span>', found) == marked
    assert re.sub(r"</?span[^>]*>", "", found) == text


def test_heads_and_feet_are_not_read_out(made: bytes) -> None:
    reader = PdfReader(io.BytesIO(made))
    owners = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    for number, page in enumerate(reader.pages):
        drawn = page.get_contents().get_data()
        assert b"/Artifact\n<</Type /Pagination>>\nBDC" in drawn
        marks = [int(one) for one in re.findall(rb"/MCID (\d+)", drawn)]
        owned = owners[2 * number + 1]
        assert all(owned[mark].get_object()["/Type"] == "/StructElem" for mark in marks)


# --- Finding one's way ---


def test_the_contents_name_the_pages_on_which_things_are(long: bytes) -> None:
    pages = text_of(long, "-layout").split("\f")
    lines = re.findall(r"^ *(\S.*?\S) {2,}(\d+)$", pages[1], re.MULTILINE)
    assert len(lines) == 4 + 12 + 12
    for title, number in lines:
        assert title in flat(pages[int(number) - 1])
        where = [
            at
            for at, page in enumerate(pages, 1)
            if re.search(rf"^ *(?:(?:Purpose|Insight) \d+)? *{re.escape(title)}$", page, re.MULTILINE)
        ]
        assert where == [int(number)]


def test_contents_notes_and_bookmarks_lead_there(made: bytes) -> None:
    reader = PdfReader(io.BytesIO(made))
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert {link["/Contents"] for link in links} == {
        "Right idea", "Right people", "Right information", "Right use", "Purpose 1", "Insight 1",
        "Note 1 on purpose 1", "Note 2 on purpose 1", "Note 3 on purpose 1",
    }  # fmt: skip
    assert {link["/Dest"] for link in links} <= set(reader.named_destinations)

    def titles(outline: list) -> list:
        return [titles(one) if isinstance(one, list) else one.title for one in outline]

    assert titles(reader.outline) == [
        "Safe at home",
        ["Contents", "Right idea", "Right people", ["Who takes part"], "Right information",
         ["See where places are short"], "Right use", ["Three in four people feel safe when they leave"]],
    ]  # fmt: skip


def test_every_page_says_which_plan_it_is_from_and_how_many_there_are(made: bytes) -> None:
    pages = text_of(made).split("\f")[:-1]
    assert f"{len(pages)} pages" in pages[0]
    for number, page in enumerate(pages[1:], 2):
        assert "Safe at home, SV-0001" in flat(page)
        assert "Plan summary, version 7" in flat(page)
        assert "Demonstration. Everything here is made up." in flat(page)
        assert f"{number} of {len(pages)}" in flat(page)


def test_outside_a_demonstration_nothing_says_demonstration() -> None:
    text = text_of(render(plan(demo=False)))
    assert "emonstration" not in text
    assert "Made on 16 April 2026." in text


# --- What is left out ---


def test_the_readers_edition_says_so_and_prints_no_notes() -> None:
    text = flat(text_of(render(plan(edition="reader"))))
    assert "Plan summary, version 7, reader’s edition" in text
    assert "Gable Street Refuge" not in text
    assert "counted twice" not in text
    assert "What was said" not in text


def test_an_empty_plan_is_three_pages_and_each_part_says_what_is_missing() -> None:
    pdf = render(
        plan(
            purposes=[], voices=[], stages=[], leads=[], uses=[], organisation="", information="", question="",
            sections={"idea": [], "people": [], "information": [], "use": []},
        )
    )  # fmt: skip
    text = flat(text_of(pdf))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 3
    assert "There is no question yet." in text
    assert "Nobody takes part yet." in text
    assert "No purpose is written yet." in text
    assert "No insight is released yet." in text


def test_what_a_purpose_does_not_say_yet_is_named() -> None:
    text = flat(text_of(render(plan(purposes=[purpose(law="", linking=" \n ", notes=(note("law"),))]))))
    assert "Not written yet: law, linking." in text
    assert "Is a call counted twice?" in text


def test_why_an_insight_is_not_open_is_told() -> None:
    data = plan(sections={"use": [insight(audience="participants", reason="A house could be found.")]})
    text = flat(text_of(render(data)))
    assert "those who take part in this project" in text
    assert "A house could be found." in text


# --- Hostile words ---


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server here, and what it was asked for."""
    paths: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


def everywhere(data: Any, words: str) -> Any:
    """`data` with `words` in the place of everything that people write."""
    ours = [
        "key",
        "name",
        "state",
        "kind",
        "block",
        "on",
        "since",
        "released",
        "stage_since",
        "edition",
        "audience",
        "figure",
        "label",
        "line",
        "lede",
    ]
    if isinstance(data, dict):
        return {
            key: value if key in ours and isinstance(value, str) else everywhere(value, words)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [everywhere(one, words) for one in data]
    return words if isinstance(data, str) else data


def test_hostile_words_come_out_as_typed_and_nothing_is_fetched(
    asked: tuple[str, list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    site, paths = asked
    hostile = (
        f'</style><img src="{site}/a"><img src=file:///etc/passwd><link rel=stylesheet href={site}/b>'
        "<link rel=attachment href=file:///etc/passwd>"
        f"<style>@import url({site}/c); p{{background:url({site}/d)}}</style>"
        "<object data=data:text/html,x></object><svg><image href=file:///etc/passwd /></svg><script>alert(1)</script>"
        "{{ title }}{% now 'Y' %}&lt;&#65;"
    )
    pdf = render(everywhere(plan(), hostile))
    assert paths == []
    # Nor was anything asked of the fetcher that it would have refused.
    assert "fetches nothing" not in caplog.text
    text = "".join(text_of(pdf).split())
    assert text.count("".join(hostile.split())) > 10
    assert "root:x:" not in text
    root = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert "/EmbeddedFiles" not in root["/Names"]
    assert len(tags(pdf, "/Figure")) == 5


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "https://example.org/",
        "file:///etc/passwd",
        "data:text/css,p{}",
        "summary:../../manage.py",
        "ftp://example.org/",
        "//example.org/",
    ],
)
def test_every_address_but_our_own_assets_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="fetches nothing"):
        summaries.OwnAssets().fetch(address)


def test_every_asset_named_in_the_style_sheet_is_there() -> None:
    named = set(re.findall(r'url\("(.*?)"\)', (summaries.FOLDER / "plan.css").read_text()))
    assert named == set(summaries._assets())
    for address in named:
        assert summaries.OwnAssets().fetch(address).read()


def test_every_font_is_embedded_and_the_packaged_ones_are_used(made: bytes) -> None:
    fonts = read(made, "pdffonts", "-").splitlines()[2:]
    ours = {"Source-Sans-Pro", "Source-Sans-Pro-Light", "Source-Sans-Pro-Semi-Bold"}
    assert {line.split()[0].split("+")[1] for line in fonts} == ours
    assert all(re.search(r" yes yes yes ", line) for line in fonts)


def test_words_from_all_over_the_world_come_out_as_typed() -> None:
    words = "😀 עברית العربية ქართული Ελληνικά zero\u200bwidth Ā ē"
    text = text_of(render(plan(title="Ngā mihi 😀", question=words)))
    for one in ("😀", "עברית", "العربية", "Ελληνικά", "Ā ē"):
        assert one in text


def test_what_a_document_cannot_hold_is_replaced() -> None:
    text = text_of(render(plan(title="A\x00B\x0b\ufffeC", question="D\x1bE")))
    assert "A�B��C" in text
    assert "D�E" in text


def test_a_paragraph_that_begins_in_arabic_reads_from_the_right() -> None:
    assert summaries.words("«العربية» first") == '<p dir="rtl">«العربية» first</p>'
    assert summaries.words("First العربية") == "<p>First العربية</p>"


def test_paragraphs_and_line_breaks_are_kept() -> None:
    assert summaries.words("a\r\nb\n \n\n\nc & d ") == "<p>a<br>b</p><p>c &amp; d</p>"


def test_long_words_stay_inside_their_column() -> None:
    pdf = render(everywhere(plan(), "Supercalifragilistic" * 40))
    page_width = 595.28
    ends = [
        float(x) for x in re.findall(r'<word[^>]* xMax="([\d.]+)"', read(pdf, "pdftotext", "-bbox", "-", "-"))
    ]
    assert max(ends) <= page_width - 50


def test_a_row_taller_than_a_page_does_not_stop_the_work() -> None:
    data = plan()
    data["voices"][0]["interest"] = SENTENCE * 200
    assert len(PdfReader(io.BytesIO(render(data))).pages) > 4


# --- The work ---


def test_progress_only_grows_and_says_what_is_done() -> None:
    told: list[tuple[int, str]] = []
    summaries.render(long_plan(4), MADE, lambda percent, what: told.append((percent, what)))
    percents = [percent for percent, _ in told]
    assert percents == sorted(percents)
    assert 0 <= percents[0] < 10 < percents[-1] < 100
    said = " ".join(what for _, what in told)
    assert re.search(r"Laying out page \d+", said)
    assert re.search(r"Drawing page \d+ of \d+", said)


def test_the_same_input_at_the_same_time_gives_the_same_file_and_is_left_alone() -> None:
    data = plan()
    before = copy.deepcopy(data)
    assert render(data) == render(data)
    assert data == before


def test_two_summaries_asked_at_once_in_one_process_are_both_right() -> None:
    found: dict[str, str] = {}

    def work(title: str) -> None:
        found[title] = text_of(render(plan(title=title)))

    threads = [threading.Thread(target=work, args=(title,)) for title in ("First of two", "Second of two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for title, text in found.items():
        assert title in text
    assert len(found) == 2
