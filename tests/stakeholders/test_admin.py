"""The administration: for administrators, of people and organisations, and of nothing else."""

import pytest
from django.contrib import admin
from django.urls import reverse

from sharingvalue.base.models import Entry, Job
from stakeholders.models import Affiliation, Organisation, User
from tests.factories import OrganisationFactory, ParticipantFactory, ProjectFactory, UserFactory


@pytest.fixture
def boss(db):
    user = UserFactory(name="Boss")
    User.objects.filter(pk=user.pk).update(is_administrator=True)
    user.refresh_from_db()
    return user


@pytest.fixture
def client(client_of, boss):
    return client_of(boss)


PAGES = [
    "admin:index", "admin:stakeholders_user_changelist", "admin:stakeholders_user_add",
    "admin:stakeholders_organisation_changelist", "admin:stakeholders_organisation_add",
    "admin:stakeholders_affiliation_changelist", "admin:stakeholders_affiliation_add",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_an_administrator_sees_its_pages(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("letter", ["L", "S", "O"])
def test_nobody_else_does(client_of, world, name, letter):
    response = client_of(world.people[letter]).get(reverse(name), follow=True)

    assert response.status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_who_is_not_signed_in_is_asked_to(client_of, db, name):
    response = client_of().get(reverse(name), follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_it_registers_no_plan_no_comment_no_output_no_file():
    assert {model._meta.label for model in admin.site._registry} == {
        "stakeholders.User", "stakeholders.Organisation", "stakeholders.Affiliation",
    }  # fmt: skip


def test_an_administrator_adds_a_person_who_is_told(client, boss):
    client.post(
        reverse("admin:stakeholders_user_add"),
        {"email": "New@Example.org", "name": "Newcomer", "is_active": "on"},
    )

    user = User.objects.get(email="new@example.org")
    assert (user.name, user.is_administrator) == ("Newcomer", False)
    assert Job.objects.get(kind="mail").input["to"] == "new@example.org"
    assert Entry.objects.get(action="person.add", thing=str(user.pk)).by == boss


def test_an_address_that_is_taken_is_refused(client):
    UserFactory(email="taken@example.org")

    response = client.post(
        reverse("admin:stakeholders_user_add"), {"email": "TAKEN@example.org", "name": "x", "is_active": "on"}
    )

    assert response.status_code == 200
    assert not Job.objects.exists()


def test_an_administrator_closes_an_account_and_history_says_so(client, boss):
    user = UserFactory()
    page = reverse("admin:stakeholders_user_change", args=[user.pk])

    client.post(page, {"name": user.name, "email": "other@example.org"})

    changed = User.objects.get(pk=user.pk)
    assert not changed.is_active
    assert changed.email == user.email
    assert Entry.objects.get(action="person.edit").after == {"is_active": False}


def test_an_administrator_adds_and_renames_an_organisation(client):
    values = {
        "name": "Tōtara House",
        "kind": "provider",
        "does": "",
        "serves": "",
        "regions": "",
        "topics": "",
    }
    client.post(reverse("admin:stakeholders_organisation_add"), values)
    organisation = Organisation.objects.get()
    assert organisation.group.name == "organisation: Tōtara House"

    client.post(
        reverse("admin:stakeholders_organisation_change", args=[organisation.pk]),
        {**values, "name": "Rimu House"},
    )
    organisation.refresh_from_db()
    assert organisation.find == "rimu house"


def test_an_administrator_says_who_belongs_where_and_ends_it(client, boss):
    user, organisation = UserFactory(), OrganisationFactory()

    client.post(
        reverse("admin:stakeholders_affiliation_add"), {"user": user.pk, "organisation": organisation.pk}
    )
    affiliation = Affiliation.objects.get()
    assert affiliation.added_by == boss
    assert list(user.groups.all()) == [organisation.group]

    client.post(
        reverse("admin:stakeholders_affiliation_changelist"),
        {"action": "end", "_selected_action": [affiliation.pk]},
    )
    assert not Affiliation.objects.exists()
    assert not user.groups.exists()


def test_who_would_review_their_own_plan_is_refused_with_the_reason(client):
    project, organisation = ProjectFactory(), OrganisationFactory()
    ParticipantFactory(project=project, organisation=organisation, role="safety_reviewer")
    lead = project.participants.get(role="lead").user

    response = client.post(
        reverse("admin:stakeholders_affiliation_add"), {"user": lead.pk, "organisation": organisation.pk}
    )

    assert "both plan and review" in response.text
    assert not Affiliation.objects.exists()


def test_nothing_is_deleted_there(client):
    user, organisation = UserFactory(), OrganisationFactory()

    for name, pk in (("user", user.pk), ("organisation", organisation.pk)):
        assert (
            client.post(reverse(f"admin:stakeholders_{name}_delete", args=[pk]), {"post": "yes"}).status_code
            == 403
        )
    assert User.objects.filter(pk=user.pk).exists()


def test_an_affiliation_is_not_moved_to_somebody_else(client):
    user, other, organisation = UserFactory(), UserFactory(), OrganisationFactory()
    affiliation = Affiliation.objects.create(user=user, organisation=organisation)

    response = client.post(
        reverse("admin:stakeholders_affiliation_change", args=[affiliation.pk]),
        {"user": other.pk, "organisation": organisation.pk},
    )

    affiliation.refresh_from_db()
    assert response.status_code == 403
    assert affiliation.user == user


def test_people_are_found_by_name_and_organisations_without_macrons(client):
    UserFactory(name="Aroha")
    OrganisationFactory(name="Kōwhai House")

    assert "Aroha" in client.get(reverse("admin:stakeholders_user_changelist"), {"q": "aroh"}).text
    assert "Kōwhai" in client.get(reverse("admin:stakeholders_organisation_changelist"), {"q": "kowhai"}).text
