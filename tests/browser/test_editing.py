"""Writing in a real browser: nobody's words are lost, a double click makes one, the keyboard is enough."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Visitors
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PROJECT = "/projects/SV-0001"


def words(sentence: str) -> str:
    """A sentence that nobody else has written."""
    return f"{sentence} ({uuid.uuid4().hex[:8]})"


def purpose_in(page: Page, number: int) -> Locator:
    """The purpose of this number on the page of the part."""
    return page.locator(".purpose-fold").nth(number - 1)


def edit(who: Visitor, number: int = 2, page: Page | None = None) -> Locator:
    """Open a purpose for editing from its place in the plan; gives its form."""
    page = page or who.page
    page.goto(f"{PROJECT}/information/")
    who.press("Edit ", purpose_in(page, number), exact=False)
    form = page.get_by_role("form", name="Edit this purpose")
    expect(form).to_be_visible()
    return form


def said(page: Page, number: int = 2) -> Locator:
    """The text of a purpose as everybody reads it."""
    page.goto(f"{PROJECT}/information/")
    return purpose_in(page, number)


def focused(page: Page, selector: str) -> None:
    """See that the focus is on what `selector` names, or within it."""
    expect(page.locator(f":is({selector}):focus, :is({selector}) :focus")).to_have_count(1)


# --- Two people, one text ---


def test_two_people_who_change_the_same_words_find_both_texts_side_by_side(
    visitor: Visitors, scripts: bool
) -> None:
    lead, planner = visitor("lead", scripts=scripts), visitor("planner", scripts=scripts)
    mine, theirs, beside = (
        words("So that help comes sooner."),
        words("So that nobody is sent away."),
        words("Only counts."),
    )

    elsewhere = words("The act allows it.")

    # Given that both have the same purpose open
    leads, planners = edit(lead), edit(planner)
    # When the lead saves, and the planner after that
    leads.locator("[name=why]").fill(theirs)
    leads.locator("[name=law]").fill(elsewhere)
    lead.press("Save", leads)
    expect(purpose_in(lead.page, 2)).to_contain_text(theirs)
    planners.locator("[name=why]").fill(mine)
    planners.locator("[name=what]").fill(beside)
    planner.press("Save", planners)

    # Then the planner sees both, side by side, and nothing of theirs is gone
    page = planner.page
    expect(page.locator(".error-summary")).to_contain_text("Ana Pereira")
    expect(page.locator("textarea[name=why]")).to_have_value(mine)
    expect(page.locator("textarea[name=what]")).to_have_value(beside)
    shown = page.locator(".clash .theirs")
    expect(shown).to_have_text(theirs)
    left, right = page.locator(".clash textarea").bounding_box(), shown.bounding_box()
    assert left and right
    assert left["x"] + left["width"] <= right["x"], "side by side on a wide screen"
    assert left["y"] < right["y"] + right["height"] and right["y"] < left["y"] + left["height"], (
        "at the same height"
    )
    if scripts:
        focused(page, ".error-summary")
    planner.look()
    # And nothing was written meanwhile
    expect(said(lead.page)).to_contain_text(theirs)
    expect(said(lead.page)).not_to_contain_text(beside)

    # When the planner puts them together
    if scripts:
        planner.press("Take what Ana Pereira wrote", page.locator(".clash"))
        expect(page.locator("textarea[name=why]")).to_have_value(theirs)
    page.locator("textarea[name=why]").fill(f"{theirs} {mine}")
    planner.press("Save", page.get_by_role("form", name="Edit this purpose"))

    # Then that is what stands, with all else that the planner wrote, and the history names both
    expect(page.locator(".clash")).to_have_count(0)
    for person in (lead, planner):
        expect(said(person.page)).to_contain_text(f"{theirs} {mine}")
        expect(said(person.page)).to_contain_text(beside)
        # What the lead wrote elsewhere is not undone by the one who never touched it.
        expect(said(person.page)).to_contain_text(elsewhere)
    lead.go(f"{PROJECT}/history/")
    lines = lead.page.locator(".history > li")
    for text, name in ((theirs, "Ana Pereira"), (mine, "Tom Sadler")):
        # By its last word: between the others stand those that were taken out.
        expect(lines.filter(has_text=text.rpartition(" ")[2]).filter(has_text=name).first).to_be_visible()


def test_two_people_who_change_different_words_do_not_meet(visitor: Visitors, scripts: bool) -> None:
    lead, planner = visitor("lead", scripts=scripts), visitor("planner", scripts=scripts)
    law, linking = words("Our own act allows it."), words("It is joined with nothing.")
    leads, planners = edit(lead, 3), edit(planner, 3)
    leads.locator("[name=law]").fill(law)
    lead.press("Save", leads)
    expect(purpose_in(lead.page, 3)).to_contain_text(law)
    planners.locator("[name=linking]").fill(linking)
    planner.press("Save", planners)
    expect(purpose_in(planner.page, 3)).to_contain_text(linking)
    expect(purpose_in(planner.page, 3)).to_contain_text(law)


def test_one_person_in_two_tabs_never_clashes_with_themself(visitor: Visitors, scripts: bool) -> None:
    lead = visitor("lead", scripts=scripts)
    other = lead.open_tab()
    first, second, beside = words("First thought."), words("Second thought."), words("In a letter.")
    here, there = edit(lead), edit(lead, page=other)
    here.locator("[name=why]").fill(first)
    here.locator("[name=transparency]").fill(beside)
    lead.press("Save", here)
    expect(purpose_in(lead.page, 2)).to_contain_text(first)
    there.locator("[name=why]").fill(second)
    lead.press("Save", there)
    expect(purpose_in(other, 2)).to_contain_text(second)
    expect(other.locator(".clash, .error-summary")).to_have_count(0)
    # What the other tab had not touched stays as the first one wrote it.
    expect(said(lead.page)).to_contain_text(beside)
    expect(said(lead.page)).not_to_contain_text(first)


# --- A double click ---


def test_a_double_click_on_send_makes_one_comment(visitor: Visitors, scripts: bool) -> None:
    provider = visitor("provider", scripts=scripts)
    page, question = provider.page, words("Is that for children too?")
    page.goto(f"{PROJECT}/information/")
    provider.press("Comment ", purpose_in(page, 3), exact=False)
    form = page.get_by_role("form", name="Comment")
    form.get_by_label("Your words").fill(question)
    form.get_by_role("button", name="Send").dblclick()
    expect(page.locator(".note", has_text=question).first).to_be_visible()
    page.goto(f"{PROJECT}/information/")
    expect(page.locator(".note", has_text=question)).to_have_count(1)

    answer = words("Children too.")
    note = page.locator(".note", has_text=question)
    provider.unfold("Reply", note)
    note.get_by_label("Your words").fill(answer)
    note.get_by_role("button", name="Send").dblclick()
    expect(page.locator(".note", has_text=answer).first).to_be_visible()
    page.goto(f"{PROJECT}/information/")
    expect(page.locator(".note .reply", has_text=answer)).to_have_count(1)


def test_a_double_click_on_start_makes_one_project(visitor: Visitors, scripts: bool) -> None:
    # The provider: the outsider takes part in nothing, here and elsewhere.
    provider = visitor("provider", scripts=scripts)
    page, title = provider.page, words("Warm houses")
    provider.go("/projects/new/")
    page.get_by_label("What do you want to know?").fill("Who lives in a cold house?")
    page.get_by_label("Title").fill(title)
    page.locator("[name=uses]").first.check()
    page.get_by_role("button", name="Start the project").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    provider.look()
    page.goto(f"/projects/?q={title.rpartition('(')[2].rstrip(')')}")
    expect(page.locator("tbody th")).to_have_count(1)


# --- What was wrong ---


def test_a_field_error_keeps_what_was_typed_and_leads_to_the_field(visitor: Visitors, scripts: bool) -> None:
    provider = visitor("provider", scripts=scripts)
    page = provider.page
    page.goto("/projects/new/")
    page.get_by_label("What do you want to know?").fill("Who is cold, and why?\n\nAnd since when?")
    page.get_by_label("Title").fill("Warm houses")
    provider.press("Start the project")
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("Choose at least one use.")
    expect(page.get_by_label("What do you want to know?")).to_have_value(
        "Who is cold, and why?\n\nAnd since when?"
    )
    expect(page.get_by_label("Title")).to_have_value("Warm houses")
    provider.look()
    if scripts:
        focused(page, ".error-summary")
    link = summary.get_by_role("link")
    target = page.locator(link.get_attribute("href") or "#none")
    expect(target).to_have_count(1)
    link.press("Enter")
    if scripts:
        focused(page, ".field.wrong")
    expect(target).to_be_in_viewport()


def test_a_field_error_in_place_keeps_what_was_typed(visitor: Visitors, scripts: bool) -> None:
    lead = visitor("lead", scripts=scripts)
    page, law = lead.page, words("The act of last year.")
    form = edit(lead, 3)
    form.locator("[name=title]").fill("   ")
    form.locator("[name=law]").fill(law)
    lead.press("Save", form)
    expect(page.locator(".error-summary")).to_contain_text("In a few words")
    expect(page.locator("[name=law]")).to_have_value(law)
    lead.look()
    if scripts:
        focused(page, ".error-summary")
        page.locator(".error-summary a").first.press("Enter")
        focused(page, "#id_title")


def test_a_file_that_is_no_table_is_refused_and_the_words_stay(
    visitor: Visitors, scripts: bool, tmp_path: Path
) -> None:
    lead = visitor("lead", scripts=scripts)
    page, title, key = lead.page, words("Nobody waits."), uuid.uuid4().hex[:6]
    picture, empty = tmp_path / f"{key}.csv", tmp_path / f"{key}-empty.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    empty.write_bytes(b"")
    page.goto(f"{PROJECT}/use/outputs/add/")
    for file in (picture, empty):
        page.get_by_label("The finding").fill(title)
        page.get_by_label("Summary in plain words").fill("Of all who asked.")
        page.get_by_label("File", exact=False).set_input_files(file)
        lead.press("Keep the draft")
        expect(page.locator(".error-summary")).to_contain_text("File")
        expect(page.get_by_label("The finding")).to_have_value(title)
        expect(page.get_by_label("Summary in plain words")).to_have_value("Of all who asked.")
        if scripts:
            focused(page, ".error-summary")
    lead.look()
    page.goto(f"{PROJECT}/use/")
    expect(page.locator("main")).not_to_contain_text(title)


# --- The keyboard ---


def test_the_keyboard_is_enough_to_edit_a_purpose(visitor: Visitors) -> None:
    lead = visitor("lead")
    page, why = lead.page, words("Because they asked.")
    page.goto(f"{PROJECT}/information/")

    # The first stop is the way past the top of the page
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused(page, "main")

    # From there to the purpose, by the key alone
    edits = purpose_in(page, 2).get_by_role("link", name="Edit ")
    for _ in range(80):
        if edits.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(edits).to_be_focused()
    assert edits.evaluate("e => getComputedStyle(e).outlineStyle") != "none", "one sees where one is"
    page.keyboard.press("Enter")

    # The focus is in the form …
    expect(page.get_by_role("form", name="Edit this purpose")).to_be_visible()
    focused(page, 'form[aria-label="Edit this purpose"]')
    page.locator("[name=why]").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(why)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.get_by_role("button", name="Save").evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")

    # … and afterwards back at the purpose
    expect(purpose_in(page, 2)).to_contain_text(why)
    focused(page, ".purpose-fold:nth-of-type(2)")

    # Leaving a form without saving brings it back as well
    for opens, form in (("Edit ", "Edit this purpose"), ("Comment ", "Comment")):
        purpose_in(page, 2).get_by_role("link", name=opens).first.press("Enter")
        expect(page.get_by_role("form", name=form)).to_be_visible()
        focused(page, f'form[aria-label="{form}"]')
        leave = page.get_by_role("link", name="Leave it")
        leave.press("Enter")
        expect(leave).to_have_count(0)
        focused(page, ".purpose-fold:nth-of-type(2)")


def test_text_that_was_not_saved_is_back_after_the_page_was_lost(visitor: Visitors) -> None:
    lead = visitor("lead")
    page, why = lead.page, words("Not saved yet.")
    form = edit(lead)
    form.locator("[name=why]").press_sequentially(why)
    page.reload()
    form = edit(lead)
    expect(form.locator("[name=why]")).to_have_value(re.compile(re.escape(why)))
    expect(page.locator("#messages")).to_contain_text("is back")
    lead.press("Leave it", form)
