"""The whole story, in a real browser: planned, talked about, released, taken away; hidden from those outside."""

from __future__ import annotations

import io
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from .conftest import Visitors
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PROJECT = "/projects/SV-0001"
TABLE = "region,answered,safe\nNorth,120,90\nSouth,S,S\n"


class Story:
    """The people of the story, the words they use, and the addresses they come past."""

    def __init__(self, visitor: Visitors, scripts: bool, folder: Path) -> None:
        self.visitor, self.scripts, self.folder = visitor, scripts, folder
        # Its own words each time, so that what is found is not what another telling left behind.
        self.key = uuid.uuid4().hex[:8]
        self.why = f"So that nobody waits outside at night ({self.key})."
        self.concern = f"Who answers the phone after ten ({self.key})?"
        self.answer = f"One person in each region, by name ({self.key})."
        self.purpose = ""
        self.addresses: set[str] = set()
        self.lead, self.provider = self.comes("lead"), self.comes("provider")
        self.reviewer, self.funder = self.comes("reviewer"), self.comes("funder")

    def comes(self, person: str | None) -> Visitor:
        return self.visitor(person, scripts=self.scripts)

    def path(self, page: Page) -> str:
        """Where the page is, kept as an address that the outsider tries later."""
        address = page.url.removeprefix(self.lead.site.url).partition("#")[0].partition("?")[0]
        self.addresses.add(address)
        return address

    # --- Planning ---------------------------------------------------------------------------------------------------

    def when_the_lead_edits_a_purpose_in_place(self) -> None:
        lead, page = self.lead, self.lead.page
        lead.go("/")
        lead.go(f"{PROJECT}/")
        lead.press("Right information", page.get_by_role("navigation", name="Project"), exact=False)
        expect(page.get_by_role("heading", level=1)).to_have_text("Right information")
        lead.look()
        self.path(page)
        self.purpose = page.locator(".purpose-fold").first.get_attribute("id") or ""
        purpose = page.locator(f"#{self.purpose}")
        lead.press("Edit ", purpose, exact=False)
        why = purpose.get_by_label("Why", exact=False).first
        lead.look()
        self.path(page)
        why.fill(self.why)
        lead.press("Save", purpose)

    def then_it_stands_where_it_was_edited(self) -> None:
        page = self.lead.page
        expect(page.locator(f"#{self.purpose}")).to_contain_text(self.why)
        assert self.path(page) == f"{PROJECT}/information/", "saving leads back among the other purposes"
        assert page.locator(".purpose-fold").count() > 1, "the other purposes are still there"
        self.lead.look()

    def when_the_provider_comments_on_it(self) -> None:
        provider, page = self.provider, self.provider.page
        provider.go(f"{PROJECT}/information/")
        purpose = page.locator(f"#{self.purpose}")
        expect(purpose).to_contain_text(self.why)
        provider.press("Comment ", purpose, exact=False)
        form = page.get_by_role("form", name="Comment")
        expect(form).to_be_visible()
        provider.look()
        self.path(page)
        form.get_by_label("Concern").check()
        form.get_by_label("About", exact=False).select_option(label="Why")
        form.get_by_label("Your words").fill(self.concern)
        provider.press("Send", form)

    def then_it_stands_beside_the_text(self) -> None:
        note = self.provider.page.locator(".note", has_text=self.concern)
        expect(note).to_contain_text("Lisi Fonua")
        expect(note).to_contain_text("Concern")
        expect(note).to_contain_text("Waits for an answer")
        self.provider.look()

    def and_it_waits_on_the_leads_home(self) -> None:
        lead, page = self.lead, self.lead.page
        lead.go("/")
        task = page.locator(f'.agenda a[href$="/purposes/{self.purpose.removeprefix("purpose-")}/"]')
        expect(task).to_contain_text("Answer")

    def when_the_lead_answers_and_settles_it(self) -> None:
        lead, page = self.lead, self.lead.page
        lead.go(f"{PROJECT}/information/")
        note = page.locator(".note", has_text=self.concern)
        self.open_rail(lead)
        self.addresses.add(note.locator("a:has(time)").first.get_attribute("href") or "")
        lead.unfold("Answer", note)
        lead.look()
        note.get_by_label("Your words").fill(self.answer)
        lead.press("Send", note)
        expect(note).to_contain_text(self.answer)
        self.open_rail(lead)
        lead.press("Settle", note)

    def open_rail(self, visitor: Visitor) -> None:
        """On a narrow screen comments are folded under their text; here they stand open beside it."""
        expect(visitor.page.locator(".note").first).to_be_visible()

    def then_it_is_settled_for_both(self) -> None:
        note = self.lead.page.locator(".note", has_text=self.concern)
        expect(note).to_contain_text("Settled")
        self.lead.look()
        self.provider.go("/")
        expect(self.provider.page.locator(".agenda")).to_contain_text("Read the answer to your concern")
        self.provider.go(f"{PROJECT}/information/")
        note = self.provider.page.locator(".note", has_text=self.concern)
        expect(note).to_contain_text(self.answer)
        expect(note).to_contain_text("Settled by Ana Pereira")

    # --- Releasing --------------------------------------------------------------------------------------------------

    def when_the_lead_drafts_an_insight(self, title: str) -> str:
        lead, page = self.lead, self.lead.page
        lead.go(f"{PROJECT}/use/")
        self.path(page)
        lead.press("Draft an insight")
        expect(page.get_by_role("heading", level=1)).to_have_text("Draft an insight")
        lead.look()
        self.path(page)
        page.get_by_label("The finding").fill(title)
        page.get_by_label("Summary in plain words").fill("Three in four people who answered felt safe.")
        page.get_by_label("What it does not say").fill(
            "It does not say why.\nIt leaves out those who did not answer."
        )
        page.get_by_label("Read it with this in mind").fill("Few houses answered in the south.")
        page.get_by_label("What time it covers").fill("March 2025 to February 2026")
        table = self.folder / f"felt-safe-{uuid.uuid4().hex[:6]}.csv"
        table.write_text(TABLE)
        page.get_by_label("File", exact=False).set_input_files(table)
        lead.press("Keep the draft")
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        self.addresses |= {
            page.get_by_role("link", name=table.name).get_attribute("href") or "",
            page.get_by_role("link", name="Edit", exact=True).get_attribute("href") or "",
        }
        return self.path(page)

    def when_the_lead_shares_it_with(self, audience: str) -> None:
        lead, page = self.lead, self.lead.page
        lead.look()
        lead.press("Share with whom")
        expect(page.get_by_role("heading", level=1)).to_have_text("Share with whom")
        lead.look()
        self.path(page)
        page.locator(f'input[name=audience][value="{audience}"]').check()
        reason = "A house could be found." if audience == "participants" else ""
        page.get_by_label("Why it is not shared with everyone").fill(reason)
        lead.press("Save")

    def when_the_lead_hands_it_in(self) -> None:
        self.lead.press("Hand it in")
        expect(self.lead.page.locator("main")).to_contain_text("A safety reviewer decides")
        self.lead.look()

    def then_nobody_outside_the_team_sees_it(self, draft: str, title: str) -> None:
        for person in (self.provider, self.funder):
            person.go(f"{PROJECT}/use/")
            expect(person.page.locator("main")).not_to_contain_text(title)
        assert self.funder.status_of(draft) == 404

    def when_the_reviewer_releases_it(self, draft: str, title: str) -> str:
        reviewer, page = self.reviewer, self.reviewer.page
        reviewer.go("/")
        page.locator(f'.agenda a[href="{draft}"]').first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        reviewer.look()
        page.get_by_label("I looked at the figures").check()
        page.get_by_label("I found nothing that could harm").check()
        reviewer.press("Release it")
        expect(page.locator("#messages")).to_contain_text("Released")
        reviewer.look()
        return page.url.removeprefix(reviewer.site.url)

    # --- Taking away ------------------------------------------------------------------------------------------------

    def then_it_can_be_downloaded(self, by: Visitor, insight: str, title: str) -> None:
        by.go(insight)
        expect(by.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(by.page.locator("table")).to_contain_text("hidden")
        with by.page.expect_download() as download:
            by.press("Table, CSV")
        assert Path(download.value.path()).read_bytes() == TABLE.encode()
        assert download.value.suggested_filename.endswith(".csv")

    def then_the_funder_finds_it_among_what_is_shared(self, insight: str) -> None:
        self.funder.go("/shared-with-me/")
        expect(self.funder.page.locator(f'main a[href="{insight}"]')).to_be_visible()

    def when_the_funder_asks_for_the_summary(self) -> None:
        funder, page = self.funder, self.funder.page
        funder.go(f"{PROJECT}/")
        funder.press("Make a PDF summary")
        expect(page.get_by_role("heading", level=1)).to_contain_text("summary", ignore_case=True)
        funder.look()
        self.path(page)
        self.addresses |= {f"{self.path(page)}download/", f"{self.path(page)}share/", f"{PROJECT}/summaries/"}

    def then_it_comes_as_a_pdf_without_the_talk(self) -> None:
        funder, page = self.funder, self.funder.page
        ready = page.get_by_role("link", name="Download the PDF")
        if not self.scripts:
            for _ in range(60):
                if ready.count():
                    break
                funder.press("Look again")
                page.wait_for_timeout(500)
        expect(ready).to_be_visible(timeout=40_000)
        funder.look()
        with page.expect_download() as download:
            ready.click()
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(b"%PDF-")
        said = "".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)
        assert "Safe at home" in said
        assert self.key in said.replace("\n", ""), "the purpose as it stands now"
        assert "after ten" not in said.replace("\n", " "), "what people said is not the reader's"

    # --- Outside ----------------------------------------------------------------------------------------------------

    def then_the_outsider_finds_nothing(self, restricted: str) -> None:
        outsider = self.comes("outsider")
        self.addresses |= {f"{PROJECT}/{part}" for part in ("", "idea/", "people/", "history/", "edit/")}
        self.addresses |= {restricted, f"{restricted}file/"}
        answers = {address: outsider.status_of(address) for address in sorted(self.addresses)}
        assert set(answers.values()) == {404}, answers
        assert len(answers) >= 18, "the story came past all kinds of addresses"
        for address in (f"{PROJECT}/", restricted):
            outsider.go(address, 404)
            expect(outsider.page.locator("main")).not_to_contain_text("Safe at home")
        for address in ("/", "/projects/?q=safe", "/shared-with-me/"):
            outsider.go(address)
            expect(outsider.page.locator("main")).not_to_contain_text("SV-0001")

    def then_anyone_reads_the_open_one_only(self, insight: str, restricted: str, title: str) -> None:
        anyone = self.comes(None)
        anyone.go("/")
        anyone.go("/insights/")
        expect(anyone.page.locator(f'main a[href="{restricted}"]')).to_have_count(0)
        anyone.page.locator(f'main a[href="{insight}"]').click()
        self.then_it_can_be_downloaded(anyone, insight, title)
        anyone.go(restricted, 404)
        response = anyone.page.goto(f"{PROJECT}/")
        assert response and "/sign-in/" in response.url, "a page of the project asks who you are"


def test_the_story_from_a_purpose_to_an_insight_that_anyone_reads(
    visitor: Visitors, scripts: bool, tmp_path: Path
) -> None:
    story = Story(visitor, scripts, tmp_path)

    story.when_the_lead_edits_a_purpose_in_place()
    story.then_it_stands_where_it_was_edited()

    story.when_the_provider_comments_on_it()
    story.then_it_stands_beside_the_text()
    story.and_it_waits_on_the_leads_home()

    story.when_the_lead_answers_and_settles_it()
    story.then_it_is_settled_for_both()

    title = f"Most people felt safe, the team was told ({story.key})."
    draft = story.when_the_lead_drafts_an_insight(title)
    story.when_the_lead_shares_it_with("participants")
    story.when_the_lead_hands_it_in()
    story.then_nobody_outside_the_team_sees_it(draft, title)
    restricted = story.when_the_reviewer_releases_it(draft, title)
    story.then_the_funder_finds_it_among_what_is_shared(restricted)
    story.then_it_can_be_downloaded(story.funder, restricted, title)

    title = f"Three in four people felt safe ({story.key})."
    draft = story.when_the_lead_drafts_an_insight(title)
    story.when_the_lead_shares_it_with("open")
    story.when_the_lead_hands_it_in()
    insight = story.when_the_reviewer_releases_it(draft, title)
    story.then_it_can_be_downloaded(story.funder, insight, title)

    story.when_the_funder_asks_for_the_summary()
    story.then_it_comes_as_a_pdf_without_the_talk()

    story.then_the_outsider_finds_nothing(restricted)
    story.then_anyone_reads_the_open_one_only(insight, restricted, title)
