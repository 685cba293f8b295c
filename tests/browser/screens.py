"""Every screen of the product, as a picture: `python -m tests.browser.screens [NAME …]`, that is `make screenshots`.

On a site of its own with the demonstration, each screen is taken wide and on a phone, in the light and in the dark,
into var/screens/, and looked at by axe; then the README's pictures are renewed. What is wrong is printed; the exit
status is 1 if anything is. Names (or their beginnings) take only those screens.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.site import ROOT, Site

from .visitor import COLOUR_RULES, PHONE, WIDE, Visitor, axe_violations, launch, sideways

SAFE = "/projects/SV-0001/"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FOLDER = ROOT / "var" / "screens"
#: Where nothing may stick out: 640 is a screen of 1280 at 200 % zoom.
WIDTHS = (1280, 1024, 760, 640, 390, 320)
#: The README's pictures: of which screen, how wide, in which scheme, and how much of its top.
PICTURES = {
    "home": ("home-lead", 1280, "light", 860),
    "overview": ("overview", 1280, "light", 1100),
    "information": ("information", 1280, "dark", 980),
    "insight-phone": ("insight-open", 390, "light", 844),
}
PICTURE_DIR = ROOT / "docs" / "img"


# --- Bringing a page into the state that is shown ---------------------------------------------------------------------


@dataclass
class Stage:
    """The site on which pictures are taken, and who stands on it."""

    site: Site
    browser: Browser
    people: dict[str | None, Visitor] = field(default_factory=dict)
    works: bool = False

    def person(self, name: str | None) -> Visitor:
        """This person in their own session; the same one each time."""
        if name not in self.people:
            self.people[name] = Visitor(self.browser, self.site, name)
        return self.people[name]

    def shell(self, code: str) -> None:
        """Run a few lines on the site's own data, for states that pass too quickly to be caught."""
        self.site.manage("shell", "--no-imports", "-c", code)

    def start_worker(self) -> None:
        """From now on there is a worker: some screens are about its absence."""
        if not self.works:
            self.site.start_worker()
            self.site.start_beat()
            self.works = True


Arrange = Callable[[Stage, Visitor], None]


def at(selector: str) -> Arrange:
    """Follow the first link that `selector` finds."""

    def arrange(stage: Stage, who: Visitor) -> None:
        who.page.locator(selector).first.click()

    return arrange


def press(name: str, *, then: str = "", within: str = "main", exact: bool = True) -> Arrange:
    """Press a button or link, and wait for what `then` finds."""

    def arrange(stage: Stage, who: Visitor) -> None:
        who.press(name, who.page.locator(within).first, exact=exact)
        if then:
            expect(who.page.locator(then).first).to_be_visible()

    return arrange


def unfold(words: str, within: str = "main") -> Arrange:
    """Open what is folded under these words."""

    def arrange(stage: Stage, who: Visitor) -> None:
        who.unfold(words, who.page.locator(within).first)

    return arrange


def both(*steps: Arrange) -> Arrange:
    """One after the other."""

    def arrange(stage: Stage, who: Visitor) -> None:
        for step in steps:
            step(stage, who)

    return arrange


def type_into(label: str, text: str) -> Arrange:
    """Fill in a field."""

    def arrange(stage: Stage, who: Visitor) -> None:
        who.page.locator("main").get_by_label(label).first.fill(text)

    return arrange


def refused(name: str, within: str = "main") -> Arrange:
    """Press a button, and get the form back with what is wrong with it."""
    return press(name, within=within, then=".error-summary")


def edit(purpose: str) -> Arrange:
    """Open a purpose for editing, in place."""
    return press("Edit ", within=purpose, exact=False, then="form.edit")


def comment(purpose: str) -> Arrange:
    """Open the form for a comment, in place."""
    return press("Comment ", within=purpose, exact=False, then="form[aria-label=Comment]")


def wrong_password(stage: Stage, who: Visitor) -> None:
    """Somebody tries a password that is not theirs."""
    who.unfold("I have a password")
    who.page.locator("#id_login").fill("lead@demo.example")
    who.page.locator("#id_password").fill("kia-ora")
    refused("Sign in", within="main details")(stage, who)


def code_asked_for(stage: Stage, who: Visitor) -> None:
    """The code is on its way; while it is, the sign-in page leads there by itself."""
    if not who.page.url.endswith("/confirm/"):
        who.page.get_by_label("E-mail").first.fill("lead@demo.example")
        press("Send me a code", then="#id_code")(stage, who)


def new_password_asked_for(stage: Stage, who: Visitor) -> None:
    """So is the link to a new password."""
    who.page.get_by_label("E-mail").first.fill("panel@demo.example")
    who.press("Send", exact=False)
    who.page.wait_for_url("**/sent/")


def open_menu(stage: Stage, who: Visitor) -> None:
    """The links of the top bar, on a phone."""
    who.page.get_by_role("button", name="Menu").click()


def question(stage: Stage, who: Visitor) -> None:
    """A project that somebody is about to start, without its use."""
    who.page.get_by_label("What do you want to know?").fill("Who is cold, and why?")
    who.page.get_by_label("Title").fill("Warm houses")


def started(stage: Stage, who: Visitor) -> None:
    """A project that was just started."""
    question(stage, who)
    who.page.locator("[name=uses]").first.check()
    press("Start the project", then=".stages")(stage, who)


def invited(stage: Stage, who: Visitor) -> None:
    """Somebody new was asked to take part."""
    who.page.locator("[name=email]").fill("hana@refuge.example")
    who.page.locator("[name=name]").fill("Hana Moeke")
    press("Ask them", then="#messages .message")(stage, who)


def removed(stage: Stage, who: Visitor) -> None:
    """A purpose was removed, and can be put back."""
    who.page.goto(f"{SAFE}information/purposes/add/")
    who.page.get_by_label("In a few words").fill("Count the beds")
    press("Add it, and write on", then="form.edit")(stage, who)
    who.page.goto(f"{SAFE}information/")
    last = who.page.locator(".purpose-fold").last
    who.unfold("More", last)
    who.press("Remove", last)
    expect(who.page.locator("#messages .message")).to_be_visible()


def clash(stage: Stage, who: Visitor) -> None:
    """Two people save the same words of the third purpose."""
    fold, other = ".purpose-fold >> nth=2", stage.person("planner")
    other.page.goto(f"{SAFE}information/")
    for one in (who, other):
        press("Edit ", within=fold, exact=False, then="form.edit")(stage, one)
    other.page.locator("[name=why]").fill(
        "So that the next service hears the same thing once, and not from a stranger."
    )
    other.press("Save", other.page.locator("form.edit"))
    expect(other.page.locator("form.edit")).to_have_count(0)
    who.page.locator("[name=why]").fill(
        "So that people hear what was made of their own words, and can take them back."
    )
    who.press("Save", who.page.locator("form.edit"))
    expect(who.page.locator(".clash")).to_be_visible()


def draft(stage: Stage, who: Visitor) -> None:
    """A fresh draft of an insight, with a table."""
    who.page.goto(f"{SAFE}use/outputs/add/")
    say = who.page.get_by_label
    say("The finding").fill("Nine in ten of those who rang were called back on the same day.")
    say("Short title").fill("Called back on the same day")
    say("Summary in plain words").fill("Of 540 calls in the evening, 486 were answered before midnight.")
    say("What it does not say").fill("It does not say whether the call helped.\nWho never rang is not in it.")
    say("Read it with this in mind").fill("Two houses share one telephone.")
    say("What time it covers").fill("June to August 2026")
    table = stage.site.var / "called-back.csv"
    table.write_text("house,rang,called_back\nAll,540,486\nHarbour side,180,165\nRiver bend,S,S\n")
    say("File").first.set_input_files(table)
    who.press("Keep the draft")
    expect(who.page.get_by_role("heading", level=1)).to_contain_text("Nine in ten")


def empty_draft(stage: Stage, who: Visitor) -> None:
    """A draft that still lacks something."""
    who.page.goto(f"{SAFE}use/outputs/add/")
    who.page.get_by_label("The finding").fill("Most who rang in the night were called back.")
    who.press("Keep the draft")


def handed_in(stage: Stage, who: Visitor) -> None:
    """A draft in the reviewer's hands."""
    draft(stage, who)
    who.press("Hand it in")
    expect(who.page.locator("main")).to_contain_text("A safety reviewer decides")


def sent_back(stage: Stage, who: Visitor) -> None:
    """A draft that the reviewer sent back."""
    handed_in(stage, who)
    reviewer = stage.person("reviewer")
    reviewer.page.goto(who.page.url)
    reviewer.unfold("Send it back")
    reviewer.page.get_by_label("What has to change").fill(
        "River bend has one house: name the region instead."
    )
    reviewer.page.get_by_role("button", name="Send it back").click()
    who.page.reload()


def released(stage: Stage, who: Visitor) -> None:
    """An insight that everyone reads, on the screen of `who`."""
    lead, reviewer = stage.person("lead"), stage.person("reviewer")
    handed_in(stage, lead)
    reviewer.page.goto(lead.page.url)
    for box in reviewer.page.locator("main input[type=checkbox]").all():
        box.check()
    reviewer.press("Release it")
    expect(reviewer.page.locator("#messages")).to_contain_text("Released")
    who.page.goto(reviewer.page.url)


def shared_without_reason(stage: Stage, who: Visitor) -> None:
    """A draft that is not for everyone, and does not say why."""
    draft(stage, who)
    press("Share with whom", then="[name=audience]")(stage, who)
    who.page.locator("[name=audience][value=participants]").check()
    refused("Save")(stage, who)


def nothing_ticked(stage: Stage, who: Visitor) -> None:
    """A reviewer who would release it without answering; the browser itself would not let them."""
    who.page.locator('.agenda a[href*="/outputs/"]').first.click()
    who.page.locator("main form").first.evaluate("form => { form.noValidate = true }")
    refused("Release it")(stage, who)


def withdrawn(stage: Stage, who: Visitor) -> None:
    """An insight that was withdrawn, as anyone finds it."""
    lead = stage.person("lead")
    released(stage, lead)
    address = lead.page.url
    lead.press("Withdraw it")
    lead.page.get_by_label("Why it is withdrawn").fill("The evening calls of one house were counted twice.")
    lead.press("Withdraw it")
    expect(lead.page.get_by_role("heading", level=1)).to_contain_text("withdrawn")
    who.page.goto(address)


def summary_in(state: str, **values: object) -> Arrange:
    """The demonstration's summary while its job is in a state."""

    def arrange(stage: Stage, who: Visitor) -> None:
        values_now = {"state": state, "error": "", "progress": 0, "doing": "", "tries": 0, **values}
        stage.shell(
            "import datetime; from django.utils import timezone; from sharingvalue.base.models import Job\n"
            "Job.objects.filter(kind='plan_summary').update("
            f"lease_until=timezone.now() + datetime.timedelta(hours=1), sent_at=timezone.now(), **{values_now!r})"
        )
        who.page.goto(f"{SAFE}summaries/")
        who.page.locator("tbody th a").first.click()

    return arrange


def summary_ready(stage: Stage, who: Visitor) -> None:
    """A summary that a worker has made."""
    if not stage.works:
        summary_in("waiting")(stage, who)
        stage.shell(
            "from sharingvalue.base.models import Job\n"
            "Job.objects.filter(kind='plan_summary', state='waiting').update(sent_at=None, lease_until=None)"
        )
        stage.start_worker()
    who.page.goto(f"{SAFE}summaries/")
    who.page.locator("tbody th a").first.click()
    expect(who.page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=60_000)


def summary_shared(stage: Stage, who: Visitor) -> None:
    """A link for somebody outside, shown the one time that it is."""
    summary_ready(stage, who)
    who.press("Share it outside")
    who.page.get_by_label("For whom").fill("Regional council, social services committee")
    who.press("Make the link")
    expect(who.page.locator("#address")).to_be_visible()


def outside_link(stage: Stage, who: Visitor) -> None:
    """What that somebody sees."""
    lead = stage.person("lead")
    summary_shared(stage, lead)
    who.page.goto(lead.page.locator("#address").inner_text())


def by_letter(words: str) -> Arrange:
    """Follow the link in the latest letter that says `words`."""

    def arrange(stage: Stage, who: Visitor) -> None:
        who.page.goto("/demo/mail/")
        who.page.locator("article", has_text=words).first.locator(".letter a").first.click()

    return arrange


def broken(stage: Stage, who: Visitor) -> None:
    """A page of ours that fails: its table is gone from the store."""
    files, aside = stage.site.var / "files", stage.site.var / "files-aside"
    files.rename(aside)
    try:
        who.page.goto("/insights/")
        who.page.locator(".insights a").last.click()
        expect(who.page.get_by_role("heading", level=1)).to_contain_text("Something went wrong")
    finally:
        aside.rename(files)


# --- The table --------------------------------------------------------------------------------------------------------


class Screen(NamedTuple):
    """A screen: its name, who is at it (None: nobody signed in), where, and what they did there."""

    name: str
    person: str | None
    address: str
    arrange: Arrange | None = None
    status: int = 200
    widths: tuple[int, ...] = (WIDE["width"], PHONE["width"])


FIRST, SECOND = ".purpose-fold >> nth=0", ".purpose-fold >> nth=1"

SCREENS = [
    # Before a worker is there.
    Screen("summary-waiting", "lead", f"{SAFE}summaries/", summary_in("waiting")),
    Screen(
        "summary-running",
        "lead",
        f"{SAFE}summaries/",
        summary_in("running", progress=55, doing="Setting page 6"),
    ),
    Screen(
        "summary-failed",
        "lead",
        f"{SAFE}summaries/",
        summary_in("failed", error="Three workers stopped in it."),
    ),
    # Nobody in particular.
    Screen("welcome", None, "/"),
    Screen("catalogue", None, "/insights/"),
    Screen("catalogue-found", None, "/insights/?q=housing"),
    Screen("catalogue-nothing", None, "/insights/?q=zebra"),
    Screen("insight-open", None, "/insights/", at('.insights a:has-text("Three in four")')),
    Screen("about", None, "/about/"),
    Screen("your-information", None, "/about/your-information/"),
    Screen("accessibility", None, "/accessibility/"),
    Screen("sign-in", None, "/sign-in/"),
    Screen("sign-in-asked-for", None, f"{SAFE}people/"),
    Screen("sign-in-wrong", None, "/sign-in/", wrong_password),
    Screen("code", None, "/sign-in/", code_asked_for),
    Screen(
        "code-wrong", None, "/sign-in/", both(code_asked_for, type_into("Code", "XXXXXX"), refused("Sign in"))
    ),
    Screen("forgotten", None, "/sign-in/forgotten/"),
    Screen("forgotten-sent", None, "/sign-in/forgotten/", new_password_asked_for),
    Screen(
        "new-password", None, "/sign-in/forgotten/", both(new_password_asked_for, by_letter("new password"))
    ),
    Screen("sign-up-closed", None, "/sign-up/"),
    Screen("not-found", None, "/insights/no-such-thing/", status=404),
    Screen("demo-mail", None, "/demo/mail/"),
    Screen("menu", None, "/", open_menu, widths=(PHONE["width"],)),
    # Home, for each part.
    Screen("home-lead", "lead", "/"),
    Screen("home-planner", "planner", "/"),
    Screen("home-provider", "provider", "/"),
    Screen("home-panel", "panel", "/"),
    Screen("home-partner", "partner", "/"),
    Screen("home-reviewer", "reviewer", "/"),
    Screen("home-funder", "funder", "/"),
    Screen("home-admin", "admin", "/"),
    Screen("home-empty", "outsider", "/"),
    Screen("menu-signed-in", "lead", "/", open_menu, widths=(PHONE["width"],)),
    Screen("person", "lead", "/", unfold("Ana Pereira", within="header.top")),
    # Projects.
    Screen("projects", "lead", "/projects/"),
    Screen("projects-found", "lead", "/projects/?q=whanau"),
    Screen("projects-nothing", "lead", "/projects/?q=zebra&stage=planning"),
    Screen("projects-empty", "outsider", "/projects/"),
    Screen("start", "lead", "/projects/new/"),
    Screen("start-refused", "lead", "/projects/new/", both(question, refused("Start the project"))),
    Screen("started", "planner", "/projects/new/", started),
    Screen("overview", "lead", SAFE),
    Screen("overview-contributor", "provider", SAFE),
    Screen("overview-reader", "funder", SAFE),
    Screen("overview-planning", "partner", "/projects/?q=navigators", at("tbody th a")),
    Screen("overview-stopped", "lead", "/projects/?stage=stopped", at("tbody th a")),
    Screen("idea", "lead", f"{SAFE}idea/"),
    Screen("idea-edit", "lead", f"{SAFE}idea/", press("Edit", then="form.form")),
    Screen("people", "lead", f"{SAFE}people/"),
    Screen("people-contributor", "panel", f"{SAFE}people/"),
    Screen("people-reader", "funder", f"{SAFE}people/"),
    Screen("invite", "lead", f"{SAFE}people/invite/"),
    Screen("invite-refused", "lead", f"{SAFE}people/invite/", refused("Ask them")),
    Screen("invited", "lead", f"{SAFE}people/invite/", invited),
    Screen("participant-words", "lead", f"{SAFE}people/", at('main a[href$="/edit/"]')),
    Screen("participant-part", "lead", f"{SAFE}people/", at('main a[href$="/part/"]')),
    Screen("participant-remove", "lead", f"{SAFE}people/", at('main a[href$="/remove/"]')),
    Screen("participant-leave", "planner", f"{SAFE}people/", at('main a[href$="/leave/"]')),
    Screen("information", "lead", f"{SAFE}information/"),
    Screen("information-contributor", "provider", f"{SAFE}information/"),
    Screen("information-reader", "funder", f"{SAFE}information/"),
    Screen("information-empty", "planner", "/projects/new/", both(started, at("nav a.information"))),
    Screen("purpose", "lead", f"{SAFE}information/purposes/2/"),
    Screen("purpose-add", "lead", f"{SAFE}information/purposes/add/"),
    Screen("purpose-edit", "lead", f"{SAFE}information/", edit(SECOND)),
    Screen(
        "purpose-refused",
        "lead",
        f"{SAFE}information/",
        both(edit(SECOND), type_into("In a few words", " "), refused("Save", "form.edit")),
    ),
    Screen("purpose-more", "lead", f"{SAFE}information/", unfold("More", within=SECOND)),
    Screen("purpose-removed", "lead", f"{SAFE}information/", removed),
    Screen("clash", "lead", f"{SAFE}information/", clash),
    Screen("comment", "provider", f"{SAFE}information/", comment(FIRST)),
    Screen("comment-on-a-part", "panel", f"{SAFE}information/", at('a[href$="about=what"]')),
    Screen(
        "comment-refused",
        "provider",
        f"{SAFE}information/",
        both(comment(FIRST), type_into("Your words", " "), refused("Send", "form[aria-label=Comment]")),
    ),
    Screen("answer", "lead", f"{SAFE}information/", unfold("Answer", within=".note.waits")),
    Screen("talk", "provider", f"{SAFE}information/", at('main a[href*="/talk/"]')),
    Screen(
        "talk-own",
        "provider",
        f"{SAFE}information/",
        at('.note:has(a[href*="/comments/"]) a[href*="/talk/"]'),
    ),
    Screen("comment-edit", "provider", f"{SAFE}information/", at('a[href*="/comments/"]')),
    Screen("history", "lead", f"{SAFE}history/"),
    Screen("forbidden", "funder", f"{SAFE}information/purposes/2/edit/", status=403),
    Screen("not-found-signed-in", "outsider", SAFE, status=404),
    # Right use.
    Screen("use", "lead", f"{SAFE}use/"),
    Screen("use-reader", "funder", f"{SAFE}use/"),
    Screen("use-empty", "planner", "/projects/new/", both(started, at("nav a.use"))),
    Screen("output-add", "lead", f"{SAFE}use/outputs/add/"),
    Screen(
        "output-refused",
        "lead",
        f"{SAFE}use/outputs/add/",
        both(type_into("The finding", " "), refused("Keep the draft")),
    ),
    Screen("output-begun", "lead", f"{SAFE}use/", empty_draft),
    Screen("output-draft", "lead", f"{SAFE}use/", draft),
    Screen("output-edit", "lead", f"{SAFE}use/", both(draft, press("Edit", then="form.form"))),
    Screen(
        "output-share", "lead", f"{SAFE}use/", both(draft, press("Share with whom", then="[name=audience]"))
    ),
    Screen("output-share-refused", "lead", f"{SAFE}use/", shared_without_reason),
    Screen("output-in-review", "lead", f"{SAFE}use/", handed_in),
    Screen("output-sent-back", "lead", f"{SAFE}use/", sent_back),
    Screen("review", "reviewer", "/", at('.agenda a[href*="/outputs/"]')),
    Screen("review-refused", "reviewer", "/", nothing_ticked),
    Screen(
        "review-send-back", "reviewer", "/", both(at('.agenda a[href*="/outputs/"]'), unfold("Send it back"))
    ),
    Screen("insight-released", "reviewer", f"{SAFE}use/", released),
    Screen(
        "insight-withdraw", "lead", f"{SAFE}use/", both(released, press("Withdraw it", then="#id_because"))
    ),
    Screen("insight-withdrawn", None, "/insights/", withdrawn),
    Screen("insight-restricted", "funder", "/shared-with-me/", at('.insights a:has-text("Four in five")')),
    Screen("shared-with-me", "funder", "/shared-with-me/"),
    Screen("shared-with-me-empty", "outsider", "/shared-with-me/"),
    # Taking it away, now with a worker.
    Screen("summary-ready", "lead", f"{SAFE}summaries/", summary_ready),
    Screen(
        "summary-share",
        "lead",
        f"{SAFE}summaries/",
        both(summary_ready, press("Share it outside", then="#id_until")),
    ),
    Screen("summary-shared", "lead", f"{SAFE}summaries/", summary_shared),
    Screen("summaries", "lead", f"{SAFE}summaries/"),
    Screen("summaries-reader", "funder", f"{SAFE}summaries/"),
    Screen("outside-link", None, "/", outside_link),
    # One's own account, and a page that fails.
    Screen("account", "provider", "/account/"),
    Screen("account-email", "provider", "/account/email/"),
    Screen("account-password", "provider", "/account/password/"),
    Screen("sign-out", "provider", "/sign-out/"),
    Screen("failed", None, "/insights/", broken),
]


# --- Taking them ------------------------------------------------------------------------------------------------------


def take(stage: Stage, screen: Screen) -> list[str]:
    """Bring the page into its state and take its pictures; gives what is wrong with it."""
    who = stage.person(screen.person)
    page = who.page
    page.set_viewport_size(PHONE if screen.widths == (PHONE["width"],) else WIDE)
    response = page.goto(screen.address)
    if response and response.status != screen.status:
        return [f"{screen.address} answers {response.status} to {screen.person}"]
    if screen.arrange:
        screen.arrange(stage, who)
        page.wait_for_load_state()
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    found = []
    for width in screen.widths:
        page.set_viewport_size(PHONE if width == PHONE["width"] else WIDE)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            rules = axe_violations(page, COLOUR_RULES if scheme == "dark" else None)
            found += [f"{width}, {scheme}: {rule}" for rule in rules]
            page.screenshot(path=FOLDER / f"{screen.name}-{width}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        if wide := sideways(page, width):
            found.append(f"scrolls sideways at {width} px by {wide}")
    if screen.name != "failed":
        found += who.found
    who.found.clear()
    return found


def renew_pictures() -> list[str]:
    """Make the README's pictures from the screens just taken; gives what is wrong with them."""
    PICTURE_DIR.mkdir(parents=True, exist_ok=True)
    found = []
    for name, (screen, width, scheme, height) in PICTURES.items():
        source, target = FOLDER / f"{screen}-{width}-{scheme}.png", PICTURE_DIR / f"{name}.png"
        if not source.exists():
            continue
        with Image.open(source) as image:
            # In all its colours: a palette would turn the small signs of the loop grey.
            image.convert("RGB").crop((0, 0, width, min(height, image.height))).save(target, optimize=True)
        if target.stat().st_size > 250_000:
            found.append(f"{target.name} is {target.stat().st_size // 1000} kB")
    return found


@contextmanager
def stage() -> Iterator[Stage]:
    """A site with the demonstration, without a worker as yet, and a browser."""
    with tempfile.TemporaryDirectory(prefix="screens-") as folder:
        site = Site(Path(folder) / "var")
        try:
            site.prepare()
            site.start_web()
            with sync_playwright() as playwright:
                browser = launch(playwright)
                yield Stage(site, browser)
                browser.close()
        finally:
            site.stop()


def main(names: list[str]) -> int:
    """Take the screens of these names (all of them if there are none); gives the exit status."""
    chosen = [
        screen for screen in SCREENS if not names or any(screen.name.startswith(name) for name in names)
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not names:
        for old in FOLDER.glob("*.png"):
            old.unlink()
    wrong = 0
    with stage() as here:
        for screen in chosen:
            try:
                found = take(here, screen)
            except Exception as error:  # One screen that cannot be reached must not hide the others.
                found = [f"could not be taken: {str(error).splitlines()[0]}"]
                if screen.person in here.people:
                    here.people.pop(screen.person).close()
            wrong += len(found)
            print(screen.name, *(found or ["as it should be"]), sep="\n    " if found else ": ", flush=True)
    found = renew_pictures()
    print(f"{len(chosen)} screens in {FOLDER.relative_to(ROOT)}/, {wrong} things to mend.", *found, sep="\n")
    return 1 if wrong or found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
