"""Texts that several people write: nobody's words are lost, and nobody clashes with themself."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects import actions
from projects.forms.information import PurposeForm
from projects.models import Purpose
from sharingvalue.base import history
from sharingvalue.base.versioned import StaleVersionError
from tests.factories import ParticipantFactory, ProjectFactory, PurposeFactory, UserFactory

FIELDS = ["what", "why", "law"]


@pytest.fixture
def people(db):
    return [UserFactory(name=name) for name in ("Aroha", "Ben", "Chloe")]


@pytest.fixture
def purpose(people):
    project = ProjectFactory(by=people[0])
    for user in people[1:]:
        ParticipantFactory(project=project, user=user, role="planner")
    return PurposeFactory(project=project, what="first", why="", by=people[0])


def fresh(purpose):
    return Purpose.objects.get(pk=purpose.pk)


def test_a_change_makes_a_new_version_and_a_line_of_history(purpose, people):
    changed = purpose.change("purpose.edit", 1, by=people[0], what="second", why="because")

    assert changed == {"what", "why"}
    assert (purpose.version, purpose.what) == (2, "second")
    line = history.of(purpose).last()
    assert (line.by, line.version) == (people[0], 2)
    assert line.before == {"what": "first", "why": ""}
    assert line.after == {"what": "second", "why": "because"}


def test_saving_what_is_there_already_changes_nothing(purpose, people):
    assert purpose.change("purpose.edit", 1, by=people[0], what="first") == set()

    assert fresh(purpose).version == 1
    assert history.of(purpose).count() == 1


def test_the_same_field_changed_by_another_is_refused_and_nothing_is_written(purpose, people):
    aroha, ben, _ = people
    purpose.change("purpose.edit", 1, by=aroha, what="Aroha's")

    with pytest.raises(StaleVersionError) as stale:
        fresh(purpose).change("purpose.edit", 1, by=ben, what="Ben's", why="Ben's reason")

    assert stale.value.fields["what"].who == "Aroha"
    assert stale.value.fields["what"].text == "Aroha's"
    assert set(stale.value.fields) == {"what"}
    now = fresh(purpose)
    assert (now.what, now.why, now.version) == ("Aroha's", "", 2)


def test_another_field_is_saved_though_the_version_moved_on(purpose, people):
    purpose.change("purpose.edit", 1, by=people[0], what="Aroha's")
    fresh(purpose).change("purpose.edit", 1, by=people[1], why="Ben's")

    now = fresh(purpose)
    assert (now.what, now.why, now.version) == ("Aroha's", "Ben's", 3)


def test_one_person_in_two_tabs_never_clashes_with_themself(purpose, people):
    purpose.change("purpose.edit", 1, by=people[0], what="tab one")
    fresh(purpose).change("purpose.edit", 1, by=people[0], what="tab two")

    assert fresh(purpose).what == "tab two"


def test_both_having_written_the_very_same_words_is_no_clash(purpose, people):
    purpose.change("purpose.edit", 1, by=people[0], what="the same")

    assert fresh(purpose).change("purpose.edit", 1, by=people[1], what="the same") == set()


def test_a_version_that_nobody_has_written_cannot_have_been_seen(purpose, people):
    with pytest.raises(ValueError, match="not written yet"):
        purpose.change("purpose.edit", 9, by=people[0], what="x")


def test_a_refused_change_inside_a_larger_one_takes_all_of_it_back(purpose, people):
    purpose.change("purpose.edit", 1, by=people[0], what="Aroha's")

    with pytest.raises(StaleVersionError), transaction.atomic():
        fresh(purpose).change("purpose.edit", 1, by=people[1], why="Ben's")
        fresh(purpose).change("purpose.edit", 1, by=people[1], what="Ben's")

    assert fresh(purpose).why == ""


def test_what_a_text_said_at_an_earlier_version_is_known(purpose, people):
    purpose.change("purpose.edit", 1, by=people[0], what="second")
    purpose.change("purpose.edit", 2, by=people[1], what="third", why="later")

    assert purpose.as_of(1) == {"what": "first", "why": ""}
    assert purpose.as_of(2) == {"what": "second", "why": ""}
    assert purpose.as_of(3) == {}


edits = st.lists(
    st.tuples(
        st.integers(0, 2),  # who
        st.integers(0, 3),  # how many versions behind
        st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "red", "green", "blue"]), min_size=1),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits)
def test_random_edits_by_three_people_clash_exactly_on_what_others_changed_and_lose_nothing(
    purpose, people, changes
):
    """Compared with a plain model: for every field, who wrote which version of it."""
    with transaction.atomic():
        said = {1: {"what": "first", "why": "", "law": ""}}
        wrote = {name: [] for name in FIELDS}  # (version, person)
        for who, behind, values in changes:
            row = fresh(purpose)
            seen = max(1, row.version - behind)
            now = said[row.version]
            wanted = {name: text for name, text in values.items() if now[name] != text}
            clash = {
                name for name in wanted
                if any(version > seen and person != who for version, person in wrote[name])
            }  # fmt: skip
            try:
                row.change("purpose.edit", seen, by=people[who], **values)
            except StaleVersionError as error:
                assert set(error.fields) == clash != set()
                assert {name: theirs.text for name, theirs in error.fields.items()} == {
                    n: now[n] for n in clash
                }
                assert fresh(purpose).version == row.version
            else:
                assert not clash
                if wanted:
                    said[row.version] = now | wanted
                    for name in wanted:
                        wrote[name].append((row.version, who))
        final = fresh(purpose)
        assert {name: getattr(final, name) for name in FIELDS} == said[final.version]
        # Every version that ever stood can be read again: nobody's words are lost.
        for version, texts in said.items():
            assert texts | final.as_of(version) | {} == texts | {
                name: text for name, text in final.as_of(version).items() if name in FIELDS
            }
            then = {name: getattr(final, name) for name in FIELDS} | final.as_of(version)
            assert then == texts
        transaction.set_rollback(True)


# --- The form over it ---


def posted(purpose, seen, **values):
    form = PurposeForm(instance=purpose)
    data = {name: form.initial.get(name) or "" for name in PurposeForm.Meta.fields}
    return PurposeForm({**data, "seen": seen, **values}, instance=fresh(purpose))


def test_a_form_sends_only_what_its_person_changed(purpose):
    form = posted(purpose, 1, why="new")

    assert form.is_valid()
    assert form.changes == {"why": "new"}


def test_a_stale_form_still_knows_what_its_person_changed(purpose, people):
    stale = PurposeForm(instance=purpose)
    shown = {name: stale.initial.get(name) or "" for name in PurposeForm.Meta.fields}
    fresh(purpose).change("purpose.edit", 1, by=people[1], what="Ben's")

    form = PurposeForm({**shown, "seen": "1", "why": "mine"}, instance=fresh(purpose))

    assert form.is_valid()
    assert form.changes == {
        "why": "mine"
    }  # … and not `what`, which only looks different from what is there now
    actions.purpose_edit(fresh(purpose), form.changes, seen=form.seen_version, by=people[0])
    now = fresh(purpose)
    assert (now.what, now.why) == ("Ben's", "mine")


def test_line_ends_of_another_browser_are_no_change(purpose, people):
    purpose.change("purpose.edit", 1, by=people[0], what="one\ntwo")

    form = posted(purpose, 2, what="one \r\ntwo\r\n")

    assert form.is_valid()
    assert form.changes == {}


@pytest.mark.parametrize("seen", ["", "none", "-4", "99999999999999999999"])
def test_a_made_up_version_counts_as_the_current_one_or_is_refused(purpose, seen):
    form = posted(purpose, seen, why="new")

    assert form.seen_version == 1
    if form.is_valid():
        assert form.changes == {"why": "new"}


def test_a_form_with_errors_leaves_the_thing_as_it_is(purpose):
    form = posted(purpose, 1, title="", why="new")

    assert not form.is_valid()
    assert form.current.why == ""
    assert form.current.title == purpose.title
