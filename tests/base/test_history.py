"""The append-only history: who, when, what; never changed, never without an actor."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from sharingvalue.base import history
from sharingvalue.base.history import SYSTEM, Audience, record, seen
from sharingvalue.base.models import Entry
from tests.factories import ProjectFactory


@pytest.fixture
def project(db):
    return ProjectFactory()


def test_a_line_says_who_did_what_to_which_thing_where(project):
    by = project.participants.get().user

    line = record(
        "project.edit", project, by=by, before={"title": "a"}, after={"title": "b"}, version=2, note="since"
    )

    assert (line.by, line.actor, line.who) == (by, "person", by.name)
    assert (line.place, line.kind, line.thing, line.name) == (
        project.reference, "projects.project", str(project.pk), project.title,
    )  # fmt: skip
    assert (line.before, line.after, line.version, line.note) == ({"title": "a"}, {"title": "b"}, 2, "since")
    assert list(history.of(project))[-1] == line
    assert Entry.objects.at(project.reference).first() == line


def test_there_is_no_line_without_an_actor(project):
    with pytest.raises(ValueError, match="actor"):
        record("project.edit", project, by=None)


@pytest.mark.parametrize("key", ["edit", "project.edit.title", ""])
def test_there_is_no_line_for_an_odd_action(project, key):
    with pytest.raises(ValueError, match="key of an action"):
        record(key, project, by=SYSTEM)


def test_the_site_and_a_visitor_are_named_as_such(project):
    assert record("summary.made", project, by=SYSTEM).who == "This site"
    assert record("summary.open", project, by=AnonymousUser()).who == "Somebody"
    assert repr(SYSTEM) == "SYSTEM"


def test_a_line_shows_the_group_and_not_the_person(project):
    by = project.participants.get().user

    assert record("comment.add", project, by=by, shown="Panel").who == "Panel"


def test_nothing_in_history_is_changed_or_removed(project):
    line = history.of(project).first()
    line.note = "something else"

    for spoil in (
        line.save,
        line.delete,
        lambda: Entry.objects.filter(pk=line.pk).update(note="x"),
        lambda: Entry.objects.filter(pk=line.pk).delete(),
        lambda: Entry.objects.all().delete(),
    ):
        with pytest.raises(TypeError, match="append-only"):
            spoil()
    assert history.of(project).first().note == ""


def test_the_database_refuses_a_person_without_a_name_and_a_site_with_one(project):
    user = project.participants.get().user
    for actor, by in (("person", None), ("system", user)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(actor=actor, by=by, action="project.edit", kind="x", thing="1", name="x")


def test_a_look_leaves_one_line_for_the_team(project):
    by = project.participants.get().user
    before = Entry.objects.count()

    seen("file.download", project, by=by)

    line = Entry.objects.first()
    assert Entry.objects.count() == before + 1
    assert (line.action, line.audience, str(line)) == (
        "file.download",
        Audience.TEAM,
        f"file.download {project.title}",
    )


def test_a_failed_action_leaves_no_line(project):
    count = Entry.objects.count()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("project.edit", project, by=SYSTEM)
        1 / 0  # noqa: B018

    assert Entry.objects.count() == count
