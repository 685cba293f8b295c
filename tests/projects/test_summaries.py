"""PDF summaries: asked for, made once, taken, shared outside by a link that ends."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from projects import actions
from projects.models import Summary, SummaryLink
from projects.plan import for_reader, plan_of
from projects.take_away import key_of, summary_input
from sharingvalue.base.history import Audience
from sharingvalue.base.models import Entry, Job
from tests.factories import PDF, ProjectFactory, PurposeFactory, made

TODAY = timezone.localdate


def ask(project, by, reader=False):
    plan = plan_of(type(project).objects.get(pk=project.pk))
    return actions.summary_ask(for_reader(plan) if reader else plan, by=by)


def share(summary, by, days=30, **more):
    return actions.summary_share(
        summary, for_whom="A board", until=TODAY() + timedelta(days=days), by=by, **more
    )  # fmt: skip


def url(name, world, *args):
    return reverse(name, args=[world.reference, *args])


# --- Asking ------------------------------------------------------------------------------------------------------------


def test_the_same_plan_is_made_once_whoever_asks(world):
    first = ask(world.project, world.L)
    count = Job.objects.count()

    assert ask(world.project, world.P) == ask(world.project, world.C) == first
    assert Job.objects.count() == count
    assert Entry.objects.filter(action="summary.ask", thing=str(first.pk)).count() == 1


def test_a_changed_plan_is_another_summary_of_another_version(world):
    first = ask(world.project, world.L)
    actions.purpose_edit(world.purpose, {"law": "The Act."}, seen=world.purpose.version, by=world.P)

    second = ask(world.project, world.L)

    assert second != first
    assert second.plan_version == first.plan_version + 1
    assert str(second) == f"Plan summary, version {second.plan_version}"


def test_the_readers_edition_is_one_of_its_own(world):
    assert ask(world.project, world.R, reader=True).edition == "reader"
    assert ask(world.project, world.L).edition == "full"


def test_what_is_printed_is_a_copy_that_later_edits_do_not_touch(world):
    summary = ask(world.project, world.L)
    actions.purpose_edit(
        world.purpose, {"what": "Quite other words."}, seen=world.purpose.version, by=world.P
    )

    assert "Quite other words." not in str(Job.objects.get(summary=summary).input)


def test_a_failed_one_is_tried_again(world):
    summary = ask(world.project, world.L)
    Job.objects.filter(pk=summary.job_id).update(state="failed", error="x", tries=3)

    again = ask(world.project, world.P)

    assert again == summary
    again.job.refresh_from_db()
    assert (again.job.state, again.job.tries, again.job.error) == ("waiting", 0, "")


def test_a_finished_one_is_told_in_history_once(world):
    summary = world.summary_full

    lines = Entry.objects.filter(action="summary.made", thing=str(summary.pk))
    assert [(line.who, line.audience) for line in lines] == [("This site", Audience.TEAM)]


def test_two_plans_with_other_words_never_share_a_key(world):
    data = summary_input(plan_of(world.project))

    assert key_of(data) == key_of(dict(reversed(data.items())))
    assert key_of(data) != key_of({**data, "title": "x"})


# --- In the browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["L", "P", "C", "D", "S", "R", "C_org", "panel"])
def test_everyone_who_takes_part_asks_and_takes_their_edition(client_of, world, letter):
    actions.purpose_edit(world.purpose, {"law": f"Law of {letter}."}, seen=world.purpose.version, by=world.L)
    client = client_of(world.people[letter])

    asked = client.post(url("summary.ask", world), follow=True)

    summary = Summary.objects.order_by("pk").last()
    assert asked.redirect_chain[-1][0] == url("summary.view", world, summary.pk)
    assert "waits for a worker" in asked.text
    assert client.get(url("summary.download", world, summary.pk)).status_code == 403
    made(summary)
    assert "Ready" in client.get(url("summary.view", world, summary.pk)).text
    file = client.get(url("summary.download", world, summary.pk))
    assert b"".join(file.streaming_content) == PDF
    assert file["Content-Type"] == "application/pdf"
    edition = "-readers-edition" if letter == "R" else ""
    name = f"{world.reference}-plan-version-{summary.plan_version}{edition}.pdf"
    assert file["Content-Disposition"] == f'attachment; filename="{name}"'
    assert Entry.objects.filter(action="summary.download", by=world.people[letter]).exists()


def test_asking_again_and_again_makes_one(client_of, world):
    client, count = client_of(world.L), Summary.objects.count()
    PurposeFactory(project=world.project)

    for _ in range(5):
        client.post(url("summary.ask", world))

    assert Summary.objects.count() == count + 1


def test_a_member_of_the_team_may_ask_for_the_readers_edition(client_of, world):
    client_of(world.L).post(url("summary.ask", world), {"edition": "reader"})

    assert Summary.objects.filter(edition="reader").exists()


def test_a_reader_does_not_get_the_full_edition_by_asking_for_it(client_of, world):
    count = Summary.objects.filter(edition="full").count()

    client_of(world.R).post(url("summary.ask", world), {"edition": "full"})

    assert Summary.objects.filter(edition="full").count() == count


@pytest.mark.parametrize("name", ["summary.view", "summary.download", "summary.share"])
def test_a_reader_does_not_know_of_the_full_edition(client_of, world, name):
    assert client_of(world.R).get(url(name, world, world.summary_full.pk)).status_code == 404
    assert (
        url("summary.view", world, world.summary_full.pk)
        not in client_of(world.R).get(url("summary.list", world)).text
    )


def test_progress_is_shown_and_htmx_gets_its_part(client_of, world):
    PurposeFactory(project=world.project)
    summary = ask(world.project, world.L)
    client, page = client_of(world.L), url("summary.view", world, summary.pk)
    Job.objects.filter(pk=summary.job_id).update(state="running", progress=40, doing="Drawing page 4 of 10")

    part = client.get(page, HTTP_HX_REQUEST="true").text
    assert "<html" not in part
    assert "Drawing page 4 of 10" in part
    assert "40" in part
    assert "<html" in client.get(page).text

    Job.objects.filter(pk=summary.job_id).update(
        state="failed", error="Three workers stopped in the middle of it."
    )
    failed = client.get(page).text
    assert "Three workers stopped in the middle of it." in failed
    assert "Try again" in failed


def test_with_a_worker_about_it_only_waits_for_its_turn(client_of, world):
    from sharingvalue.base import jobs

    PurposeFactory(project=world.project)
    summary = ask(world.project, world.L)
    jobs.sweep()

    assert "waits for its turn" in client_of(world.L).get(url("summary.view", world, summary.pk)).text


def test_the_list_says_how_each_stands(client_of, world):
    PurposeFactory(project=world.project)
    summary = ask(world.project, world.L)
    Job.objects.filter(pk=summary.job_id).update(state="failed")
    page = client_of(world.L).get(url("summary.list", world)).text

    assert "could not be made" in page
    assert "ready" in page
    assert "A board" in page
    assert "A board" not in client_of(world.C).get(url("summary.list", world)).text


# --- Links -------------------------------------------------------------------------------------------------------------


def test_a_link_is_shown_once_and_only_its_hash_is_kept(client_of, world, settings):
    client = client_of(world.P)
    page = url("summary.share", world, world.summary_reader.pk)
    assert client.get(page).status_code == 200

    shown = client.post(page, {"for_whom": "The trust", "until": TODAY().isoformat(), "once": uuid.uuid4()})

    link = SummaryLink.objects.get(for_whom="The trust")
    address = shown.context["address"]
    token = address.rstrip("/").rpartition("/")[2]
    assert address.startswith(settings.SITE_URL)
    assert len(token) >= 43
    assert link.token_hash == SummaryLink.hash_of(token)
    assert token not in str(list(SummaryLink.objects.values())) + str(list(Entry.objects.values()))
    assert token not in client.get(url("summary.list", world)).text


def test_a_double_click_makes_one_link(client_of, world):
    page, once = url("summary.share", world, world.summary_reader.pk), str(uuid.uuid4())
    values = {"for_whom": "Twice", "until": TODAY().isoformat(), "once": once}

    client = client_of(world.P)
    client.post(page, values)
    again = client.post(page, values, follow=True)

    assert SummaryLink.objects.filter(for_whom="Twice").count() == 1
    assert "made already" in again.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"until": ""}, "This is needed."),
        ({"until": "tomorrow"}, "Enter a valid date"),
        ({"until": "2020-01-01"}, "This day is over"),
        ({"until": "9999-12-31"}, "within a year"),
        ({"for_whom": ""}, "This is needed."),
        ({"for_whom": "x" * 161}, "at most 160"),
    ],
)
def test_a_wrong_link_is_refused(client_of, world, wrong, said):
    count = SummaryLink.objects.count()

    response = client_of(world.P).post(
        url("summary.share", world, world.summary_reader.pk),
        {"for_whom": "x", "until": TODAY().isoformat(), **wrong},
    )

    assert said in response.text
    assert SummaryLink.objects.count() == count


def test_what_people_said_is_not_shared_outside(client_of, world):
    response = client_of(world.L).post(
        url("summary.share", world, world.summary_full.pk), {"for_whom": "x", "until": TODAY().isoformat()}
    )

    assert response.status_code == 403
    assert "what people said" in response.text


def test_an_unfinished_one_is_not_shared(client_of, world):
    PurposeFactory(project=world.project)
    summary = ask(world.project, world.L, reader=True)

    assert client_of(world.L).get(url("summary.share", world, summary.pk)).status_code == 403


def test_a_link_cannot_end_before_it_begins(world):
    with pytest.raises(ValueError, match="before it begins"):
        share(world.summary_reader, world.L, days=-1)


def test_opening_a_link_shows_a_page_and_only_the_button_takes_the_file(client_of, world):
    client, page = client_of(), reverse("summary.open", args=[world.token])

    shown = client.get(page)
    assert "Download the PDF" in shown.text
    assert "Safe at home" in shown.text
    assert SummaryLink.objects.get(pk=world.link.pk).opened == 0  # mail scanners open links

    file = client.post(page)
    assert b"".join(file.streaming_content) == PDF
    assert file["X-Robots-Tag"] == "noindex"
    assert SummaryLink.objects.get(pk=world.link.pk).opened == 1
    line = Entry.objects.first()
    assert (line.action, line.who, line.audience) == ("summary.open", "Somebody", Audience.TEAM)


def test_unknown_revoked_and_ended_links_are_answered_alike(client_of, world):
    ended, ended_token = share(world.summary_reader, world.L)
    SummaryLink.objects.filter(pk=ended.pk).update(until=TODAY() - timedelta(days=1))
    revoked, revoked_token = share(world.summary_reader, world.L)
    actions.summary_revoke(revoked, by=world.L)
    tokens = ["never-was-a-link", ended_token, revoked_token]

    for method in ("get", "post"):
        answers = [getattr(client_of(), method)(reverse("summary.open", args=[token])) for token in tokens]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        bodies = {answer.text.replace(token, "") for answer, token in zip(answers, tokens, strict=True)}
        assert len(bodies) == 1
        assert "Safe at home" not in bodies.pop()


def test_a_link_opens_on_its_last_day(client_of, world):
    _link, token = share(world.summary_reader, world.L, days=0)

    assert client_of().get(reverse("summary.open", args=[token])).status_code == 200


def test_a_link_is_no_way_in_to_anything_else(client_of, world):
    client = client_of()
    b"".join(client.post(reverse("summary.open", args=[world.token])).streaming_content)

    assert client.get(world.project.get_absolute_url()).status_code == 302
    assert client.get(url("summary.download", world, world.summary_reader.pk)).status_code == 302


@pytest.mark.parametrize(
    ("letter", "answer"), [("L", 302), ("P", 302), ("C", 403), ("S", 403), ("R", 403), ("O", 404)]
)
def test_the_lead_and_its_maker_take_a_link_back(client_of, world, letter, answer):
    response = client_of(world.people[letter]).post(url("summary.revoke", world, world.link.pk))

    assert response.status_code == answer
    assert SummaryLink.objects.get(pk=world.link.pk).is_live is (answer != 302)


def test_a_planner_does_not_take_anothers_link_back(client_of, world):
    link, _token = share(world.summary_reader, world.L)

    assert client_of(world.P).post(url("summary.revoke", world, link.pk)).status_code == 403
    assert str(link) == "link for A board"


def test_taking_back_twice_leaves_one_line(world):
    for _ in range(2):
        actions.summary_revoke(world.link, by=world.L)

    assert Entry.objects.filter(action="summary.revoke").count() == 1


def test_a_link_belongs_to_its_project(client_of, world):
    other = ProjectFactory(by=world.L)

    response = client_of(world.L).post(reverse("summary.revoke", args=[other.reference, world.link.pk]))

    assert response.status_code == 404


# --- The command ---------------------------------------------------------------------------------------------------------


def test_the_command_says_when_there_is_no_such_project(db, tmp_path):
    with pytest.raises(CommandError, match="no project SV-9999"):
        call_command("summary", "SV-9999", "-o", str(tmp_path / "x.pdf"), stdout=StringIO())


def test_the_file_of_a_summary_is_kept_by_its_jobs_key(world):
    assert world.summary_full.path == f"summaries/{world.summary_full.job_id}.pdf"
    assert default_storage.exists(world.summary_full.path)
