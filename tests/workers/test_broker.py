"""The broker, and the cache that may live beside it, are down: pages go on, and what was asked for is made later."""

import logging
import time
from urllib.parse import urlsplit, urlunsplit

import pytest

from .conftest import Cable, Person, ask_for_summary, wait_for

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("workers")]

#: Nobody waits longer for a page because something behind it is down; a busy machine takes some of it.
SOON = 5

PAGES = [
    "/",
    "/about/",
    "/sign-in/",
    "/sign-in/code/",
    "/sign-in/forgotten/",
    "/projects/",
    "/insights/",
    "/healthz",
]


def test_without_redis_every_page_answers_soon_and_the_summary_is_made_later(world, start):
    reference = world.long_project(1)
    # The same site, its database and its store, by a web server whose Redis nobody answers for.
    cut_off = world.again(REDIS_URL="redis://127.0.0.1:1/0")
    web = cut_off.site.start_web()
    try:
        person = Person(cut_off.site.url)
        answers = {path: person.get(path) for path in PAGES}
        person.get("/sign-in/")
        answers["password"] = person.post("/sign-in/", login="lead@demo.example", password="kia-ora-demo")
        assert answers["password"].url == "/", "could not sign in by password"
        visitor = Person(cut_off.site.url)
        visitor.get("/sign-in/code/")
        answers["code"] = visitor.post("/sign-in/code/", email="provider@demo.example")
        assert answers["code"].url == "/sign-in/code/confirm/", "could not ask for a code"
        answers |= {
            path: person.get(path)
            for path in (f"/projects/{reference}/", f"/projects/{reference}/summaries/")
        }
        asked = answers["ask"] = person.post(f"/projects/{reference}/summaries/ask/")
        log.info("seconds: %s", {name: round(answer.seconds, 2) for name, answer in answers.items()})
        assert {name: answer.status for name, answer in answers.items() if answer.status != 200} == {}
        assert {name: answer.seconds for name, answer in answers.items() if answer.seconds > SOON} == {}
        assert person.get("/readyz").status == 503
    finally:
        world.site.kill(web)
    summary = int(asked.url.rstrip("/").rpartition("/")[2])
    assert (world.made(summary).state, world.made(summary).sent) == ("waiting", False)

    start("afterwards")
    wait_for("the summary is made once the broker is back", lambda: world.made(summary).state == "done", 60)
    assert world.made(summary).lines == 1


@pytest.mark.postgres_only
def test_redis_goes_away_and_comes_back_and_worker_clock_and_web_find_it_again(world, start):
    reference = world.long_project(1)
    address = urlsplit(world.site.env["REDIS_URL"])
    cable = Cable(address.hostname or "127.0.0.1", address.port or 6379)
    # A prefix of its own: the first site's clock and messages must not help.
    other = world.again(
        REDIS_URL=urlunsplit(address._replace(netloc=f"127.0.0.1:{cable.port}")),
        REDIS_PREFIX=world.site.env["REDIS_PREFIX"] + "-cable",
    )
    web, beat = other.site.start_web(), other.site.start_beat()
    worker = start("cable", of=other)

    def kept_alive():
        """Start the worker anew should it have ended, as supervisor and compose do: its client library may stumble."""
        nonlocal worker
        if worker.poll() is not None:
            log.info("the worker ended with %s when its broker went away", worker.returncode)
            worker = start("cable", of=other)
        return True

    try:
        person = Person(other.site.url).sign_in("lead@demo.example")
        wait_for("all is ready", lambda: person.get("/readyz").status == 200, 60, every=0.5)

        cable.pull()
        summary = ask_for_summary(person, reference)
        assert person.get(f"/projects/{reference}/summaries/{summary}/").status == 200
        assert person.get("/readyz").status == 503
        assert (other.made(summary).state, other.made(summary).sent) == ("waiting", False)
        wait_for("the clock has noticed", lambda: "Connection error" in other.site.log("beat"), 60)
        cable.plug()
        plugged = time.monotonic()

        wait_for("the summary is made", lambda: kept_alive() and other.made(summary).state == "done", 90)
        log.info("made %.1f s after Redis came back", time.monotonic() - plugged)
        wait_for("all is ready again", lambda: person.get("/readyz").status == 200, 60, every=0.5)
        assert (web.poll(), beat.poll()) == (None, None), "neither of them was started anew"
        assert other.made(summary).lines == 1
    finally:
        for process in (web, beat):
            other.site.kill(process)
        cable.pull()
