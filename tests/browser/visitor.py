"""Somebody at a real browser, and what is looked at on every page they come to.

Every page is checked by axe in the light and in the dark, for sideways scroll on a phone, and for what the browser
itself complains of (a broken policy, a script that fails, an address that answers 5xx).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Playwright, Response, expect

from tests.site import Site

FLAGS = [
    "--no-sandbox",  # Tests often run as root, in a container that is sandbox enough.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
#: The narrowest width that WCAG asks for (reflow), beside the phone's.
NARROW = (390, 320)

# What depends on the scheme; all other rules give the same answer in the dark.
COLOUR_RULES = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

# What sticks out to the right, outermost first; "" when nothing does.
SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const clips = ["auto", "scroll", "hidden", "clip"];
  const scrolls = (e) => e && (clips.includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const out = [...document.querySelectorAll("body *")].filter(
    (e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e.parentElement));
  return `${root.scrollWidth - root.clientWidth} px: ` + out.slice(0, 4).map(
    (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.classList.length ? "." + [...e.classList].join(".") : "")
  ).join(", ");
}"""


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium: Playwright's own would be one more download."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "Chromium is not installed: make setup names the package."
    return playwright.chromium.launch(executable_path=chromium, args=FLAGS)


def axe_violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds on the page as it stands, a line for each rule."""
    results = Axe().run(page, options={"resultTypes": ["violations"], **(options or {})})
    return [
        f"{broken['id']}: {broken['help']} ({'; '.join(' '.join(node['target'][:1]) for node in broken['nodes'][:3])})"
        for broken in results.response["violations"]
    ]


def sideways(page: Page, width: int) -> str:
    """What makes the page scroll sideways at `width` pixels; "" when nothing does. The viewport is put back."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": PHONE["height"]})
    found = page.evaluate(SIDEWAYS)
    if before:
        page.set_viewport_size(before)
    return str(found)


# What a page is made of, without its words: pages of one make are looked at once.
MAKE = """() => [...document.body.querySelectorAll("*")].map(
  (e) => [e.tagName, e.className, e.role, e.type, e.open, [...e.attributes].map((a) => a.name)].join(" ")).join()"""


class Visitor:
    """One person (or nobody) in a browser session of their own; `found` is what was wrong on the way."""

    def __init__(
        self,
        browser: Browser,
        site: Site,
        person: str | None = None,
        *,
        scripts: bool = True,
        cookies: Sequence[Any] = (),
    ) -> None:
        """`person` is the part before @demo.example; None is somebody who is not signed in.

        With the `cookies` of an earlier session of theirs they need not sign in again.
        """
        self.site, self.person, self.scripts = site, person, scripts
        self.found: list[str] = []
        self.seen: set[int] = set()
        self.context = browser.new_context(
            base_url=site.url,
            java_script_enabled=scripts,
            viewport=WIDE,
            reduced_motion="reduce",
            locale="en-NZ",
            timezone_id="Pacific/Auckland",
        )
        self.context.set_default_timeout(15_000)
        self.page = self.open_tab()
        if cookies:
            self.context.add_cookies(cookies)
        elif person:
            self.sign_in(person)

    def open_tab(self) -> Page:
        """Another tab of the same session."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.found.append(f"{self._where(page)}: script failed: {error}"))
        page.on("console", lambda message: self._console(page, message))
        page.on("response", self._response)
        return page

    def _console(self, page: Page, message: Any) -> None:
        # A refused request is reported by _response, which knows what was expected.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.found.append(f"{self._where(page)}: the browser says: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.found.append(f"{response.request.method} {response.url} answers {response.status}")

    def _where(self, page: Page) -> str:
        split = urlsplit(page.url)
        who = self.person or "not signed in"
        return f"{split.path}{'?' + split.query if split.query else ''} ({who})"

    # --- Going about ------------------------------------------------------------------------------------------------

    def sign_in(self, person: str) -> None:
        """One press on the demonstration's sign-in page."""
        self.page.goto("/sign-in/")
        self.page.locator(f'.demo-people form:has(input[value="{person}@demo.example"]) button').click()
        expect(self.page.locator("details.person summary")).to_be_visible()

    def go(self, address: str, status: int = 200) -> Page:
        """Open an address, see that it answers `status`, and look at it."""
        response = self.page.goto(address)
        assert response and response.status == status, (
            f"{address} answers {response and response.status} to {self.person}"
        )
        self.look()
        return self.page

    def press(self, name: str, within: Locator | None = None, *, exact: bool = True) -> None:
        """Press the button or link of this name; `within` a part of the page when there are several."""
        place = within or self.page.locator("main")
        named = place.get_by_role("button", name=name, exact=exact).or_(
            place.get_by_role("link", name=name, exact=exact)
        )
        named.first.click()

    def unfold(self, words: str, within: Locator | None = None) -> None:
        """Open the part of the page that is folded under these words."""
        (within or self.page.locator("main")).locator("summary", has_text=words).first.click()

    def look(self, page: Page | None = None) -> None:
        """Note what is wrong with the page as it stands: axe in both schemes, sideways scroll on a phone."""
        page = page or self.page
        expect(page.locator('[aria-busy="true"]')).to_have_count(0)
        make = hash(page.evaluate(MAKE))
        if make in self.seen:
            return
        self.seen.add(make)
        here = self._where(page)
        for width in NARROW:
            if wide := sideways(page, width):
                self.found.append(f"{here}: scrolls sideways at {width} px by {wide}")
        # axe itself is a script.
        if self.scripts:
            self.found += [f"{here}: {broken}" for broken in axe_violations(page)]
            page.emulate_media(color_scheme="dark")
            self.found += [f"{here}, dark: {broken}" for broken in axe_violations(page, COLOUR_RULES)]
            page.emulate_media(color_scheme="light")

    def status_of(self, address: str) -> int:
        """What an address answers to this person, without showing it."""
        return self.context.request.get(address, max_redirects=0).status

    def close(self) -> None:
        """End the session."""
        self.context.close()
