"""Starting a project, saying what it is, finding it."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from projects import actions
from projects.models import Project, StageChange
from projects.policies import GRANTS
from sharingvalue.base.access import held
from sharingvalue.base.models import Entry
from sharingvalue.base.versioned import StaleVersionError
from tests.factories import (
    OrganisationFactory,
    ParticipantFactory,
    ProjectFactory,
    PurposeFactory,
    UserFactory,
)

START = {"title": "Warm homes", "question": "Who is cold?", "uses": ["performance", "funding"]}


# --- Actions ---


def test_who_starts_a_project_leads_it(db):
    user = UserFactory()

    project = actions.project_start(by=user, **START)

    part = project.participants.get()
    assert (part.user, part.role) == (user, "lead")
    assert held(user, project) == GRANTS["lead"]
    assert [line.action for line in Entry.objects.at(project.reference)] == [
        "participant.invite",
        "project.start",
    ]


def test_projects_are_numbered_one_after_the_other(db):
    first, second = ProjectFactory(), ProjectFactory()

    assert second.number == first.number + 1
    assert second.reference == f"SV-{second.number:04d}"
    assert StageChange.objects.filter(project=first).get().stage == "idea"


def test_a_project_number_taken_in_the_same_moment_is_sought_anew(db, monkeypatch):
    taken = ProjectFactory()
    numbers = iter([{"last": taken.number - 1}, {"last": taken.number}])
    from django.db.models import QuerySet

    monkeypatch.setattr(
        QuerySet, "aggregate", lambda self, **kw: next(numbers)
    )  # another request was quicker

    assert ProjectFactory().number == taken.number + 1


def test_the_same_form_sent_twice_starts_one_project(db):
    user, once = UserFactory(), uuid.uuid4()

    assert actions.project_start(by=user, once=once, **START) == actions.project_start(
        by=user, once=once, **START
    )
    assert Project.objects.count() == 1


def test_a_project_cannot_be_started_when_the_database_refuses_it(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.project_start(by=UserFactory(), title="", uses=[], question="")


def test_a_changed_project_is_found_by_its_new_words_and_first_in_lists(db):
    old, other = ProjectFactory(title="Old"), ProjectFactory()
    by = old.participants.get().user

    actions.project_edit(old, {"title": "Pēpi sleeping"}, seen=1, by=by)

    assert Project.objects.found_by("pepi").get() == old
    assert Project.objects.first() == old
    assert other != old
    line = Entry.objects.at(old.reference).first()
    assert (line.action, line.before, line.after) == (
        "project.edit",
        {"title": "Old"},
        {"title": "Pēpi sleeping"},
    )


def test_the_lead_organisation_is_kept_in_history_by_its_key(db):
    project, organisation = ProjectFactory(), OrganisationFactory(name="Tōtara")

    actions.project_edit(
        project, {"lead_organisation": organisation}, seen=1, by=project.participants.get().user
    )

    assert Entry.objects.at(project.reference).first().after == {"lead_organisation": organisation.pk}
    assert Project.objects.found_by("totara").get() == project


def test_what_another_changed_meanwhile_is_not_written_over(db):
    project = ProjectFactory(title="Old")
    planner = ParticipantFactory(project=project, role="planner").user
    lead = project.participants.get(role="lead").user
    actions.project_edit(Project.objects.get(pk=project.pk), {"title": "Planner's"}, seen=1, by=planner)

    with pytest.raises(StaleVersionError):
        actions.project_edit(Project.objects.get(pk=project.pk), {"title": "Lead's"}, seen=1, by=lead)

    assert Project.objects.get(pk=project.pk).title == "Planner's"


@pytest.mark.parametrize("field", [{"stage": "x"}, {"information": "x"}, {"title": ""}])
def test_the_database_keeps_what_a_project_may_say(db, field):
    project = ProjectFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(**field)


# --- Pages ---


def test_a_newcomer_starts_a_project_in_the_browser(client_of, db):
    user = UserFactory()

    response = client_of(user).post(reverse("project.start"), {**START, "once": uuid.uuid4()}, follow=True)

    project = Project.objects.get()
    assert response.redirect_chain == [(project.get_absolute_url(), 302)]
    assert "Warm homes" in response.text
    assert project.participants.get().user == user


def test_a_double_click_starts_one(client_of, db):
    client, once = client_of(UserFactory()), str(uuid.uuid4())

    answers = {client.post(reverse("project.start"), {**START, "once": once})["Location"] for _ in range(2)}

    assert len(answers) == 1
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This is needed."),
        ({"title": "   "}, "This is needed."),
        ({"title": "x" * 161}, "at most 160"),
        ({"uses": []}, "Choose at least one use"),
        ({"uses": ["nonsense"]}, "nonsense is not one of the available choices"),
        ({"question": ""}, "This is needed."),
        ({"question": "x" * 2001}, "at most 2000"),
        ({"title": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_a_start_that_lacks_something_says_what_and_loses_nothing(client_of, db, wrong, said):
    response = client_of(UserFactory()).post(
        reverse("project.start"), {**START, "once": uuid.uuid4(), **wrong}
    )

    assert response.status_code == 200
    assert said in response.text
    assert "error-summary" in response.text
    kept = "Who is cold?" if "question" not in wrong else "Warm homes"
    assert kept in response.text
    assert not Project.objects.exists()


def test_a_made_up_token_is_refused_without_harm(client_of, db):
    client_of(UserFactory()).post(reverse("project.start"), {**START, "once": "no token"})

    assert Project.objects.count() <= 1


def edit_form(client, project):
    page = client.get(reverse("project.edit", args=[project.reference]))
    form = page.context["form"]
    return {
        name: form[name].value() or "" for name in ("title", "question", "uses", "information", "seen")
    } | {"lead_organisation": form["lead_organisation"].value() or ""}


def test_the_team_changes_what_a_project_says(client_of, world):
    client = client_of(world.P)

    response = client.post(
        reverse("project.edit", args=[world.reference]),
        {**edit_form(client, world.project), "title": "Safe and warm", "uses": ["research"]},
    )

    assert response["Location"] == reverse("project.idea", args=[world.reference])
    now = Project.objects.get(pk=world.project.pk)
    assert (now.title, now.uses, now.version) == ("Safe and warm", ["research"], 2)


def test_a_stale_form_shows_both_texts_and_then_saves(client_of, world):
    lead, planner = client_of(world.L), client_of(world.P)
    page = reverse("project.edit", args=[world.reference])
    mine, theirs = edit_form(lead, world.project), edit_form(planner, world.project)
    planner.post(page, {**theirs, "question": "The planner's question?", "uses": ["capability"]})

    stale = lead.post(page, {**mine, "question": "The lead's question?", "uses": ["research"]})

    assert stale.status_code == 200
    assert "The lead&#x27;s question?" in stale.text
    assert "The planner&#x27;s question?" in stale.text
    assert "Pita Plumtree" in stale.text
    assert "building research or analytical capability" in stale.text
    assert Project.objects.get(pk=world.project.pk).question == "The planner's question?"

    form = stale.context["form"]
    again = lead.post(
        page, {**mine, "seen": form["seen"].value(), "question": "Both questions?", "uses": ["research"]}
    )
    assert again.status_code == 302
    assert Project.objects.get(pk=world.project.pk).question == "Both questions?"


def test_one_person_in_two_tabs_never_meets_a_clash(client_of, world):
    client = client_of(world.L)
    page, tab = reverse("project.edit", args=[world.reference]), edit_form(client, world.project)

    client.post(page, {**tab, "title": "First tab"})
    assert client.post(page, {**tab, "title": "Second tab"}).status_code == 302
    assert Project.objects.get(pk=world.project.pk).title == "Second tab"


@pytest.mark.parametrize("stage", ["stopped", "closed"])
def test_a_project_that_is_over_stays_as_it_is(client_of, world, stage):
    Project.objects.filter(pk=world.project.pk).update(stage=stage)
    client = client_of(world.L)

    for name, args in [
        ("project.edit", []), ("purpose.add", []), ("purpose.edit", [world.purpose.pk]),
        ("participant.invite", []), ("comment.add", [world.purpose.pk]), ("output.add", []),
    ]:  # fmt: skip
        response = client.post(reverse(name, args=[world.reference, *args]), {"title": "x", "text": "x"})
        assert response.status_code == 403, name
        assert "stays as it was" in response.text


def test_a_form_that_is_posted_to_a_page_without_one_is_not_taken(client_of, world):
    client = client_of(world.L)

    assert client.post(reverse("project.idea", args=[world.reference])).status_code == 405
    assert client.get(reverse("summary.ask", args=[world.reference])).status_code == 405


# --- The list ---


@pytest.fixture
def searcher(db, client_of):
    user = UserFactory()
    tower = ProjectFactory(by=user, title="Māori housing", question="Who stays?", uses=["funding"])
    ProjectFactory(
        by=user, title="Youth line", question="Who calls at night?", uses=["research", "performance"]
    )
    ProjectFactory(title="Māori health of others")
    Project.objects.filter(pk=tower.pk).update(stage="stopped")
    return client_of(user)


def titles(response):
    return [row["project"].title for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Youth line", "Māori housing"]),
        ({"q": "maori"}, ["Māori housing"]),
        ({"q": "MĀORI stays"}, ["Māori housing"]),
        ({"q": "housing night"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "'; drop table"}, []),
        ({"stage": "stopped"}, ["Māori housing"]),
        ({"stage": "idea"}, ["Youth line"]),
        ({"use": "performance"}, ["Youth line"]),
        ({"use": "funding", "q": "maori"}, ["Māori housing"]),
        ({"use": "nonsense", "stage": "nonsense", "page": "nonsense"}, ["Youth line", "Māori housing"]),
        ({"q": "x" * 500}, ["Youth line", "Māori housing"]),
    ],
)
def test_projects_are_found(searcher, query, found):
    response = searcher.get(reverse("project.list"), query)

    assert response.status_code == 200
    assert titles(response) == found


def test_a_search_that_found_nothing_says_so_and_leads_back(searcher):
    page = searcher.get(reverse("project.list"), {"q": "zebra"}).text

    assert "Nothing found." in page
    assert "Show all" in page


def test_a_search_with_a_nul_byte_is_a_search_for_nothing(searcher):
    assert searcher.get(reverse("project.list"), {"q": "a\x00b"}).status_code == 200


def test_long_lists_are_paged_and_keep_their_search(client_of, db):
    user = UserFactory()
    for n in range(21):
        ProjectFactory(by=user, title=f"Māori {n}")
    client = client_of(user)

    first = client.get(reverse("project.list"), {"q": "maori"})
    second = client.get(reverse("project.list"), {"q": "maori", "page": 2})

    assert (len(titles(first)), len(titles(second))) == (20, 1)
    assert "q=maori" in first.text
    assert "21 projects" in first.text
    assert titles(client.get(reverse("project.list"), {"page": 99})) == titles(second)


def test_an_empty_list_says_how_to_begin(client_of, db):
    page = client_of(UserFactory()).get(reverse("project.list")).text

    assert "No projects yet." in page
    assert "0 projects" in page


def test_a_project_through_an_organisation_is_in_the_list_with_the_part(client_of, world):
    page = client_of(world.C_org).get(reverse("project.list"))

    assert titles(page) == ["Safe at home"]
    assert page.context["rows"][0]["part"] == "You comment"


# --- Overview and history ---


def test_each_part_page_has_its_own_matter(client_of, world):
    client = client_of(world.L)
    for name, matter in [
        ("project.view", "What is left"), ("project.idea", "What helps whānau to stay safe once they leave?"),
        ("project.people", "Pita Plumtree"), ("project.information", "How people leave"),
        ("project.use", "Finding for everyone."), ("history.view", "started the project"),
        ("summary.list", "reader’s edition"),
    ]:  # fmt: skip
        assert matter in client.get(reverse(name, args=[world.reference])).text, name


def test_a_new_project_shows_what_is_left_on_every_page(client_of, db):
    user = UserFactory()
    project = ProjectFactory(by=user)
    client = client_of(user)

    for name in (
        "project.view",
        "project.idea",
        "project.people",
        "project.information",
        "project.use",
        "history.view",
    ):
        assert client.get(reverse(name, args=[project.reference])).status_code == 200
    assert "next: " in client.get(project.get_absolute_url()).text


def test_history_shows_what_changed_in_words(client_of, world):
    actions.project_edit(
        Project.objects.get(pk=world.project.pk),
        {"uses": ["research"], "lead_organisation": None, "information": "new"},
        seen=1,
        by=world.P,
    )
    actions.purpose_edit(world.purpose, {"law": "The Act of 2020."}, seen=1, by=world.P)

    page = client_of(world.C).get(reverse("history.view", args=[world.reference])).text

    assert "Pita Plumtree" in page
    assert "analysis or research" in page
    assert "Ministry of Rain" in page
    assert "The Act of 2020." in page


def test_long_histories_are_paged(client_of, world):
    for n in range(45):
        actions.purpose_edit(world.purpose, {"law": f"Law {n}"}, seen=world.purpose.version, by=world.L)
    client = client_of(world.L)

    assert "44</ins>" in client.get(reverse("history.view", args=[world.reference])).text
    assert (
        "started the project" in client.get(reverse("history.view", args=[world.reference]), {"page": 2}).text
    )


def test_an_unknown_reference_is_not_found(client_of, world):
    client = client_of(world.L)
    for reference in ("SV-9999", "sv-0001x", "1", "SV-0001%00", "..%2f"):
        assert client.get(f"/projects/{reference}/").status_code == 404


def test_a_purpose_is_looked_for_in_its_own_project_only(client_of, world):
    other = ProjectFactory(by=world.L)
    theirs = PurposeFactory(project=other)

    assert (
        client_of(world.L).get(reverse("purpose.view", args=[world.reference, theirs.pk])).status_code == 404
    )
