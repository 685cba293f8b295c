"""A worker killed at any point: another does its job, once, and the site answers all the while."""

import logging
import signal
import threading
import time

import pytest

from .conftest import Person, Watch, ask_for_summary, wait_for

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("workers")]

#: What is promised, from the kill to the finished file: a lease of 60 seconds, a sweep every 15, and the work itself.
DONE_WITHIN = 90
#: Purposes of the plan whose summary is made: a few seconds of work, in which a worker can be caught.
LONG = 25

INVITE = """
from django.db import transaction
from projects.actions.people import participant_enter
from projects.models import Project, Role
from stakeholders.models import User

with transaction.atomic():
    project = Project.objects.get(reference={reference!r})
    lead = User.objects.get(email="lead@demo.example")
    for email in {invited!r}:
        participant_enter(project, role=Role.CONTRIBUTOR, user=User.objects.get(email=email), by=lead)
"""


def being_drawn(world, summary):
    """Wait until its pages are being drawn: in the middle of the work, with nothing put away yet."""
    wait_for(
        "the summary is being drawn",
        lambda: (made := world.made(summary)).state == "running" and made.progress >= 70,
        120,
        every=0.05,
    )


def done(world, summary, within=DONE_WITHIN):
    return wait_for(
        "the summary is done",
        lambda: (made := world.made(summary)).state == "done" and made,
        within,
        every=0.2,
    )


def assert_made_once(world, summary, person, reference):
    """One file in the store, one line of history, and the page gives that file."""
    made = world.made(summary)
    assert (made.state, made.progress, made.lines) == ("done", 100, 1)
    [file] = world.files(summary)
    assert file.stat().st_size == made.size
    answer = person.get(f"/projects/{reference}/summaries/{summary}/download/")
    assert answer.status == 200
    assert answer.body == file.read_bytes()
    assert answer.body.startswith(b"%PDF")
    assert answer.body.rstrip().endswith(b"%%EOF")


def test_of_two_workers_the_one_that_makes_it_is_killed_and_the_other_makes_it_once(world, start, lead):
    reference = world.long_project(LONG)
    workers = {name: start(name) for name in ("kill-1", "kill-2")}
    with Watch(lead, "/healthz", f"/projects/{reference}/", f"/projects/{reference}/summaries/") as watch:
        summary = ask_for_summary(lead, reference)
        being_drawn(world, summary)
        holder = world.worker_at_work(*workers)
        world.site.kill(workers[holder])
        killed = time.monotonic()
        left = world.made(summary)
        assert (left.state, left.tries, left.lines) == ("running", 1, 0), (
            "it was killed too late to show anything"
        )
        assert world.files(summary) == []

        made = done(world, summary)
        log.info("made again %.1f s after the kill", time.monotonic() - killed)

    assert made.tries == 2
    assert_made_once(world, summary, lead, reference)
    watch.assert_all_was_well()


def test_the_only_worker_is_killed_and_makes_it_once_when_it_is_back(world, start, lead):
    reference = world.long_project(LONG)
    worker = start("only")
    with Watch(lead, "/healthz", f"/projects/{reference}/", f"/projects/{reference}/summaries/") as watch:
        summary = ask_for_summary(lead, reference)
        being_drawn(world, summary)
        world.site.kill(worker)
        killed = time.monotonic()
        left = world.made(summary)
        assert (left.state, left.tries, left.lines) == ("running", 1, 0), (
            "it was killed too late to show anything"
        )

        start("only")
        made = done(world, summary, within=DONE_WITHIN - (time.monotonic() - killed))
        log.info("made again %.1f s after the kill", time.monotonic() - killed)

    assert made.tries == 2
    assert_made_once(world, summary, lead, reference)
    watch.assert_all_was_well()


def test_a_worker_that_was_thought_dead_wakes_up_and_changes_nothing(world, start, lead):
    reference = world.long_project(LONG)
    first = start("sleeper")
    summary = ask_for_summary(lead, reference)
    being_drawn(world, summary)
    [task] = world.tasks("sleeper")
    # It stops without a sign, as a machine does that is suspended. Its lease is let run out here, not in a minute; the
    # worker may have stopped in the middle of a write, which holds the row: then it may finish that first.
    for _ in range(50):
        world.site.kill(first, signal.SIGSTOP)
        if world.change(
            "UPDATE base_job SET lease_until = '2001-01-01 00:00:00+00:00' WHERE state = 'running' AND kind = @",
            "plan_summary",
        ):
            break
        world.site.kill(first, signal.SIGCONT)
        time.sleep(0.1)
    assert world.made(summary).state == "running", "it was stopped too late to show anything"
    start("waker")
    assert done(world, summary).tries == 2
    [file] = world.files(summary)
    before = (file.stat().st_ino, file.stat().st_mtime_ns)

    world.site.kill(first, signal.SIGCONT)
    wait_for("the sleeper has ended its work", lambda: task not in world.tasks("sleeper"), 120)

    assert_made_once(world, summary, lead, reference)
    [file] = world.files(summary)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before, "the late worker wrote the file again"


def test_twenty_who_ask_at_once_for_one_summary_get_the_same(world, start):
    start("twenty")
    reference = world.long_project(1)
    invited = ["planner@demo.example", "provider@demo.example", "panel@demo.example"]
    world.site.manage("shell", "-c", INVITE.format(reference=reference, invited=invited))
    people = [Person(world.site.url).sign_in(email) for email in ["lead@demo.example", *invited] * 5]
    together, got = threading.Barrier(len(people)), []

    def press(person):
        together.wait()
        got.append(ask_for_summary(person, reference))

    presses = [threading.Thread(target=press, args=(person,)) for person in people]
    for one in presses:
        one.start()
    for one in presses:
        one.join()

    assert len(got) == 20
    assert len(set(got)) == 1
    rows = "SELECT count(*) FROM projects_summary AS s JOIN projects_project AS p ON p.id = s.project_id"
    assert world.rows(f"{rows} WHERE p.reference = @", reference) == [(1,)]
    assert world.rows(
        "SELECT count(*) FROM base_job WHERE kind = 'plan_summary' AND key LIKE @", f"{reference}-%"
    ) == [(1,)]
    asked = "SELECT count(*) FROM base_entry WHERE action = 'summary.ask' AND place = @"
    assert world.rows(asked, reference) == [(1,)]
    assert done(world, got[0]).tries == 1
    assert_made_once(world, got[0], people[0], reference)


def test_without_a_worker_the_page_says_so_and_the_first_that_comes_makes_it(world, start, lead):
    reference = world.long_project(1)
    world.no_worker_was_seen()
    summary = ask_for_summary(lead, reference)

    page = lead.get(f"/projects/{reference}/summaries/{summary}/")
    assert page.status == 200
    assert "It waits for a worker" in page.text
    for path in (
        "/",
        "/projects/",
        f"/projects/{reference}/",
        f"/projects/{reference}/summaries/",
        "/insights/",
    ):
        assert lead.get(path).status == 200, path
    assert lead.get("/readyz").status == 503
    assert world.made(summary).state == "waiting"

    start("first")
    done(world, summary)

    assert_made_once(world, summary, lead, reference)
    assert "Download the PDF" in lead.get(f"/projects/{reference}/summaries/{summary}/").text
