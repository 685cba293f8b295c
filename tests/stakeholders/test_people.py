"""People, organisations and who belongs where: made, changed, told, and kept in history."""

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from projects.models import Project
from sharingvalue.base.history import SYSTEM, Audience
from sharingvalue.base.models import Entry, Job
from stakeholders import actions
from stakeholders.actions import RefusedError
from stakeholders.models import Organisation, User
from tests.factories import OrganisationFactory, ParticipantFactory, ProjectFactory, UserFactory


def last():
    return Entry.objects.first()


def test_a_person_is_made_once_whatever_the_case_of_the_address(db):
    first, made = actions.person_add(" Aroha@Example.org ", "Aroha", by=SYSTEM)
    again, made_again = actions.person_add("aroha@example.ORG", "Somebody else", by=SYSTEM)

    assert (made, made_again) == (True, False)
    assert again == first
    assert (first.email, first.name) == ("aroha@example.org", "Aroha")
    assert User.objects.get_by_natural_key("AROHA@example.org") == first
    assert not first.has_usable_password()
    assert not EmailAddress.objects.get(user=first).verified
    assert (last().action, last().audience) == ("person.add", Audience.NOBODY)


def test_the_database_keeps_one_account_for_an_address(db):
    UserFactory(email="aroha@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="AROHA@example.org", name="x")


def test_somebody_without_a_name_is_named_by_their_address(db):
    assert str(User.objects.create_user("kiri@example.org")) == "kiri"


def test_a_superuser_is_an_administrator(db):
    boss = User.objects.create_superuser("boss@example.org", "Boss", "a long enough password")

    assert boss.is_administrator
    assert boss.is_staff
    assert boss.check_password("a long enough password")


def test_changing_ones_name_leaves_a_line_that_nobody_else_reads(db):
    user = UserFactory(name="Old")

    actions.account_edit(user, by=user, name="New")

    user.refresh_from_db()
    assert user.name == "New"
    assert (last().action, last().before, last().after) == ("account.edit", {"name": "Old"}, {"name": "New"})
    assert last().audience == Audience.NOBODY


def test_saving_the_account_unchanged_leaves_no_line(db):
    user = UserFactory()
    count = Entry.objects.count()

    actions.account_edit(user, by=user, name=user.name, shown_as="name")

    assert Entry.objects.count() == count


def test_an_organisation_is_found_without_macrons_and_under_its_new_name(db):
    organisation = OrganisationFactory(name="Kōwhai House", regions="Ōtaki")
    assert organisation.find == "kowhai house otaki"

    organisation.name = "Rātā House"
    actions.organisation_edit(organisation, by=SYSTEM)

    organisation.refresh_from_db()
    assert organisation.find == "rata house otaki"
    assert organisation.group.name == "organisation: Rātā House"
    assert (last().before, last().after) == ({"name": "Kōwhai House"}, {"name": "Rātā House"})


def test_two_organisations_never_have_the_same_name(db):
    OrganisationFactory(name="Rātā House")

    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationFactory(name="RĀTĀ House".replace("Ā", "ā"))


def test_an_organisations_role_reaches_who_joins_and_ends_for_who_leaves(db):
    user, organisation, project = UserFactory(), OrganisationFactory(), ProjectFactory()
    ParticipantFactory(project=project, organisation=organisation)

    affiliation = actions.affiliation_add(user, organisation, by=SYSTEM)
    assert Project.objects.visible_to(user).get() == project
    assert str(affiliation) == f"{user} of {organisation}"

    actions.affiliation_remove(affiliation, by=SYSTEM)
    assert not Project.objects.visible_to(user).exists()
    assert last().action == "affiliation.remove"


def test_belonging_twice_is_belonging_once(db):
    user, organisation = UserFactory(), OrganisationFactory()
    by = UserFactory()

    first = actions.affiliation_add(user, organisation, by=by)
    count = Entry.objects.count()

    assert actions.affiliation_add(user, organisation, by=by) == first
    assert first.added_by == by
    assert Entry.objects.count() == count


@pytest.mark.parametrize("role", ["lead", "planner"])
def test_nobody_becomes_reviewer_and_team_through_an_organisation(db, role):
    project = ProjectFactory()
    user = project.participants.get().user if role == "lead" else UserFactory()
    if role == "planner":
        ParticipantFactory(project=project, user=user, role="planner")
    reviewers = OrganisationFactory()
    ParticipantFactory(project=project, organisation=reviewers, role="safety_reviewer")

    with pytest.raises(RefusedError, match="both plan and review"):
        actions.affiliation_add(user, reviewers, by=SYSTEM)
    assert not user.groups.exists()


def test_nobody_becomes_reviewer_and_planner_through_two_organisations(db):
    project, user = ProjectFactory(), UserFactory()
    planners, reviewers = OrganisationFactory(), OrganisationFactory()
    ParticipantFactory(project=project, organisation=planners, role="planner")
    ParticipantFactory(project=project, organisation=reviewers, role="safety_reviewer")
    actions.affiliation_add(user, planners, by=SYSTEM)

    with pytest.raises(RefusedError, match="both plan and review"):
        actions.affiliation_add(user, reviewers, by=SYSTEM)


def test_reviewing_one_project_and_planning_another_is_fine(db):
    one, other, user = ProjectFactory(), ProjectFactory(), UserFactory()
    organisation = OrganisationFactory()
    ParticipantFactory(project=one, organisation=organisation, role="safety_reviewer")
    ParticipantFactory(project=other, user=user, role="planner")

    actions.affiliation_add(user, organisation, by=SYSTEM)

    assert set(Project.objects.visible_to(user)) == {one, other}


def test_closing_an_account_is_kept_in_history(db):
    user, admin = UserFactory(), UserFactory()
    user.is_active = False

    actions.person_edit(user, ["is_active"], by=admin)

    assert (last().action, last().by) == ("person.edit", admin)
    assert (last().before, last().after) == ({"is_active": True}, {"is_active": False})
    count = Entry.objects.count()
    actions.person_edit(user, [], by=admin)
    assert Entry.objects.count() == count


def test_the_welcome_mail_is_asked_once(db):
    user = UserFactory(name="Aroha")

    actions.person_welcome(user, by=SYSTEM)
    actions.person_welcome(user, by=SYSTEM)

    letter = Job.objects.get(kind="mail")
    assert letter.input["to"] == user.email
    assert "Aroha" in letter.input["text"]


# --- As others see them ---


def test_a_person_is_shown_as_the_first_organisation_they_were_added_to(db):
    first, second = OrganisationFactory(name="Zed first"), OrganisationFactory(name="Alpha second")
    user = UserFactory(name="Aroha", organisation=first)
    actions.affiliation_add(user, second, by=SYSTEM)
    actions.account_edit(user, by=user, shown_as="group")

    user = User.objects.get(pk=user.pk)
    assert (user.group_name, user.public_name, user.shown) == ("Zed first", "Zed first", "Zed first")


def test_without_an_organisation_there_is_no_group_to_hide_behind(db):
    user = UserFactory(name="Aroha", shown_as="group")

    assert (user.group_name, user.public_name, user.shown) == ("", "Aroha", "")
    assert not user.group_is_small


def test_by_name_nothing_else_is_shown(db):
    user = UserFactory(name="Aroha", organisation=OrganisationFactory())

    assert (user.public_name, user.shown) == ("Aroha", "")


@pytest.mark.parametrize(("people", "small"), [(1, True), (2, True), (3, False)])
def test_a_group_of_fewer_than_three_is_small(db, people, small):
    organisation = OrganisationFactory()
    users = [UserFactory(organisation=organisation) for _ in range(people)]

    assert User.objects.get(pk=users[0].pk).group_is_small is small


@pytest.mark.parametrize("bad", [{"shown_as": "x"}])
def test_the_database_knows_the_ways_of_being_shown(db, bad):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="x@example.org", name="x", **bad)


def test_an_organisation_is_called_by_its_name(db):
    assert str(OrganisationFactory(name="Kōwhai")) == "Kōwhai"
    assert Organisation.objects.get().group.organisation.name == "Kōwhai"


def test_an_administrator_does_not_let_themself_into_an_organisation(db):
    boss, organisation = UserFactory(), OrganisationFactory()

    with pytest.raises(RefusedError, match="Another administrator"):
        actions.affiliation_add(boss, organisation, by=boss)
    assert not boss.groups.exists()
