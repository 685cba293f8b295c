"""One site and one browser for all journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site import Site, running_site

from .visitor import Visitor, launch


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, running with a worker and its clock."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


# The plugin's own fixtures last for the whole run, and while Playwright is there the thread counts as asynchronous:
# Django would refuse its database to every test after the first journey. So ours end with this folder.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, started once for all journeys."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs JavaScript: every page works without."""
    return bool(request.param)


Visitors = Callable[..., Visitor]


@pytest.fixture(scope="session")
def signed_in() -> dict[str, list]:
    """The cookies of those who signed in once: the next time they need not."""
    return {}


@pytest.fixture
def visitor(browser: Browser, site: Site, signed_in: dict[str, list]) -> Iterator[Visitors]:
    """Give a function that lets somebody in: visitor("lead"), visitor() for nobody in particular.

    When the test has gone through, nothing may have been wrong on any page that any of them came to.
    """
    came: list[Visitor] = []

    def come(person: str | None = None, *, scripts: bool = True) -> Visitor:
        one = Visitor(browser, site, person, scripts=scripts, cookies=signed_in.get(person or "", []))
        if person:
            signed_in[person] = one.context.cookies()
        came.append(one)
        return one

    yield come
    found = sorted({line for one in came for line in one.found})
    for one in came:
        one.close()
    assert not found, "\n".join(["Something is wrong on these pages:", *found])
