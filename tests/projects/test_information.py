"""Purposes: written, edited in place, put in order, removed with undo."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from projects import actions
from projects.forms.information import PurposeForm
from projects.models import Purpose
from sharingvalue.base.models import Entry
from tests.factories import ProjectFactory, PurposeFactory

HTMX = {"HTTP_HX_REQUEST": "true"}


def order(project):
    return [purpose.title for purpose in project.purposes.here()]


@pytest.fixture
def project(db):
    project = ProjectFactory()
    for title in ("a", "b", "c"):
        PurposeFactory(project=project, title=title)
    return project


def lead(project):
    return project.participants.get(role="lead").user


def test_a_new_purpose_comes_last_with_its_line_of_history(project):
    purpose = actions.purpose_add(project, title="d", what="x", why="", by=lead(project))

    assert order(project) == ["a", "b", "c", "d"]
    line = Entry.objects.at(project.reference).first()
    assert (line.action, line.after, line.version) == ("purpose.add", {"title": "d", "what": "x"}, 1)
    assert str(purpose) == "d"


def test_the_same_form_sent_twice_adds_one(project):
    once = uuid.uuid4()

    first = actions.purpose_add(project, title="d", once=once, by=lead(project))

    assert actions.purpose_add(project, title="d", once=once, by=lead(project)) == first
    assert order(project) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("title", "up", "expected"),
    [
        ("b", True, ["b", "a", "c"]), ("b", False, ["a", "c", "b"]),
        ("a", True, ["a", "b", "c"]), ("c", False, ["a", "b", "c"]),
    ],
)  # fmt: skip
def test_a_purpose_changes_places(project, title, up, expected):
    count = Entry.objects.count()

    actions.purpose_move(project.purposes.get(title=title), up, by=lead(project))

    assert order(project) == expected
    assert Entry.objects.count() == count + (expected != ["a", "b", "c"])


def test_moving_skips_what_was_removed(project):
    actions.purpose_remove(project.purposes.get(title="b"), by=lead(project))

    actions.purpose_move(project.purposes.get(title="c"), True, by=lead(project))

    assert order(project) == ["c", "a"]


def test_a_removed_purpose_comes_back_with_all_it_said(project):
    purpose = project.purposes.get(title="b")
    actions.purpose_remove(purpose, by=lead(project))
    assert order(project) == ["a", "c"]
    actions.purpose_remove(purpose, by=lead(project))
    actions.purpose_restore(purpose, by=lead(project))
    actions.purpose_restore(purpose, by=lead(project))

    assert order(project) == ["a", "b", "c"]
    assert [line.action for line in Entry.objects.at(project.reference)[:2]] == [
        "purpose.restore",
        "purpose.remove",
    ]


def test_an_edit_that_changes_nothing_leaves_no_line(project):
    count = Entry.objects.count()

    actions.purpose_edit(project.purposes.get(title="a"), {}, seen=1, by=lead(project))

    assert Entry.objects.count() == count


@pytest.mark.parametrize("wrong", [{"title": ""}, {"choice_level": "free"}])
def test_the_database_keeps_what_a_purpose_may_say(project, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        project.purposes.update(**wrong)


# --- Pages ---


def words(purpose, **values):
    form = PurposeForm(instance=Purpose.objects.get(pk=purpose.pk))
    return {name: form[name].value() or "" for name in (*PurposeForm.Meta.fields, "seen")} | values


def url(name, world, *args):
    return reverse(name, args=[world.reference, *args])


def test_a_planner_adds_a_purpose_and_goes_on_writing_it(client_of, world):
    client = client_of(world.P)
    assert client.get(url("purpose.add", world)).status_code == 200

    response = client.post(
        url("purpose.add", world), {"title": "New one", "what": "w", "why": "y", "once": uuid.uuid4()}
    )

    purpose = Purpose.objects.get(title="New one")
    assert response["Location"] == url("purpose.edit", world, purpose.pk)
    assert purpose.project == world.project


def test_a_double_click_adds_one(client_of, world):
    client, once = client_of(world.P), str(uuid.uuid4())

    for _ in range(2):
        client.post(url("purpose.add", world), {"title": "Twice", "once": once})

    assert Purpose.objects.filter(title="Twice").count() == 1


def test_a_purpose_is_edited_in_place_and_without_scripts(client_of, world):
    client, page = client_of(world.P), url("purpose.edit", world, world.purpose.pk)

    plain = client.post(page, words(world.purpose, law="The Act."))
    assert plain["Location"] == f"{url('project.information', world)}#purpose-{world.purpose.pk}"
    part = client.get(page, **HTMX)
    assert "<html" not in part.text
    assert "The Act." in part.text
    saved = client.post(page, words(world.purpose, law="The Act of 2020."), follow=True, **HTMX)
    assert "<html" not in saved.text
    assert "The Act of 2020." in saved.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This is needed."),
        ({"title": "x" * 161}, "at most 160"),
        ({"what": "x" * 100_001}, "at most 100000"),
        ({"choice_level": "free"}, "not one of the available choices"),
        ({"why": "a\x00b"}, "Null characters"),
    ],
)
def test_wrong_words_are_refused_and_kept_on_the_screen(client_of, world, wrong, said):
    response = client_of(world.P).post(
        url("purpose.edit", world, world.purpose.pk), words(world.purpose, law="My long law", **wrong)
    )

    assert response.status_code == 200
    assert said in response.text
    assert "error-summary" in response.text
    assert "My long law" in response.text
    assert Purpose.objects.get(pk=world.purpose.pk).law == ""


def test_two_people_at_the_same_words_see_both(client_of, world):
    page = url("purpose.edit", world, world.purpose.pk)
    mine = words(world.purpose, what="The lead's words.", law="Only the lead wrote here.")
    client_of(world.P).post(page, words(world.purpose, what="The planner's words.", why="And a reason."))

    stale = client_of(world.L).post(page, mine)

    assert stale.status_code == 200
    for text in (
        "The lead&#x27;s words.",
        "The planner&#x27;s words.",
        "Only the lead wrote here.",
        "Pita Plumtree",
    ):
        assert text in stale.text
    assert Purpose.objects.get(pk=world.purpose.pk).what == "The planner's words."
    # Saving once more what is now on the screen keeps what was put together, and the planner's other words.
    form = stale.context["form"]
    shown = {name: form[name].value() or "" for name in (*PurposeForm.Meta.fields, "seen")}
    assert shown["why"] == "And a reason."
    again = {**shown, "what": "Both together."}
    assert client_of(world.L).post(page, again).status_code == 302
    now = Purpose.objects.get(pk=world.purpose.pk)
    assert (now.what, now.law) == ("Both together.", "Only the lead wrote here.")
    assert now.why == "And a reason."
    names = {line.who for line in Entry.objects.filter(action="purpose.edit")}
    assert names == {"Lena Larkspur", "Pita Plumtree"}


def test_two_people_at_different_words_meet_nothing(client_of, world):
    page = url("purpose.edit", world, world.purpose.pk)
    mine = words(world.purpose, law="Lead's")
    client_of(world.P).post(page, words(world.purpose, how="Planner's"))

    assert client_of(world.L).post(page, mine).status_code == 302
    now = Purpose.objects.get(pk=world.purpose.pk)
    assert (now.law, now.how) == ("Lead's", "Planner's")


def test_the_order_is_changed_by_a_press(client_of, world):
    client_of(world.P).post(url("purpose.move", world, world.purpose2.pk), {"where": "up"})

    assert order(world.project) == ["Where people go next", "How people leave"]


def test_removing_offers_to_undo_it(client_of, world):
    client = client_of(world.P)

    page = client.post(url("purpose.remove", world, world.purpose.pk), follow=True)
    undo = url("purpose.restore", world, world.purpose.pk)
    assert f'action="{undo}"' in page.text
    assert order(world.project) == ["Where people go next"]

    page = client.post(undo, follow=True)
    assert "is back in its place" in page.text
    assert order(world.project) == ["How people leave", "Where people go next"]


def test_who_was_writing_in_what_was_removed_loses_nothing(client_of, world):
    mine = words(world.purpose, law="Long law.")
    actions.purpose_remove(world.purpose, by=world.P)

    response = client_of(world.L).post(url("purpose.edit", world, world.purpose.pk), mine, follow=True)

    assert response.status_code == 200
    assert Purpose.objects.get(pk=world.purpose.pk).law == "Long law."
    assert "Long law." in response.text


@pytest.mark.parametrize("letter", ["C", "D", "S", "R", "panel", "C_org"])
def test_a_removed_purpose_is_seen_by_the_team_alone(client_of, world, letter):
    page = url("purpose.view", world, world.removed.pk)

    assert client_of(world.L).get(page).status_code == 200
    response = client_of(world.people[letter]).get(page)
    assert response.status_code in (403, 404)
    assert world.removed.title not in response.text
    assert (
        world.removed.title not in client_of(world.people[letter]).get(url("project.information", world)).text
    )


def test_what_somebody_typed_is_shown_as_text_and_never_as_a_page(client_of, world):
    attack = "<script>alert('x')</script>"
    actions.purpose_edit(world.purpose, {"what": attack, "title": attack}, seen=1, by=world.P)

    for name in ("project.information", "history.view", "project.view"):
        page = client_of(world.L).get(url(name, world)).text
        assert "<script>alert" not in page
    assert "&lt;script&gt;" in page or "alert" in page
