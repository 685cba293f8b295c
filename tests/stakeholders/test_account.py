"""One's own account: its name, how one is shown, its password and its address."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from sharingvalue.base.models import Entry, Job
from stakeholders.models import User
from tests.factories import OrganisationFactory, UserFactory


def test_a_person_changes_their_name(client_of, db):
    user = UserFactory(name="Old")

    response = client_of(user).post(reverse("account"), {"name": "New"}, follow=True)

    user.refresh_from_db()
    assert user.name == "New"
    assert "Saved." in response.text
    assert Entry.objects.first().action == "account.edit"


def test_a_person_chooses_to_be_shown_as_their_group_and_is_told_when_others_may_guess(client_of, db):
    user = UserFactory(organisation=OrganisationFactory(name="Panel of three"))
    client = client_of(user)

    page = client.get(reverse("account")).text
    assert "as Panel of three" in page
    assert "others may guess" in page

    client.post(reverse("account"), {"name": user.name, "shown_as": "group"})
    assert User.objects.get(pk=user.pk).public_name == "Panel of three"


def test_in_a_group_of_three_nobody_is_warned(client_of, db):
    organisation = OrganisationFactory()
    users = [UserFactory(organisation=organisation) for _ in range(3)]

    assert "others may guess" not in client_of(users[0]).get(reverse("account")).text


def test_without_a_group_there_is_nothing_to_choose(client_of, db):
    user = UserFactory()
    client = client_of(user)

    assert "shown_as" not in client.get(reverse("account")).text
    client.post(reverse("account"), {"name": "New", "shown_as": "group"})
    assert User.objects.get(pk=user.pk).shown_as == "name"


@pytest.mark.parametrize(
    "values", [{"name": ""}, {"name": "x" * 121}, {"name": "x", "shown_as": "nobody"}, {"name": "a\x00b"}]
)
def test_a_wrong_name_is_refused_and_what_was_typed_stays(client_of, db, values):
    user = UserFactory(organisation=OrganisationFactory())

    response = client_of(user).post(reverse("account"), {"shown_as": "name", **values})

    assert response.status_code == 200
    assert "error-summary" in response.text
    assert User.objects.get(pk=user.pk).name == user.name


def test_only_ones_own_account_is_changed_whatever_is_sent(client_of, db):
    user, other = UserFactory(), UserFactory(name="Other")

    client_of(user).post(
        reverse("account"),
        {"name": "New", "pk": other.pk, "is_administrator": "on", "email": "x@example.org"},
    )

    user.refresh_from_db()
    other.refresh_from_db()
    assert (other.name, user.is_administrator) == ("Other", False)
    assert user.email != "x@example.org"


def test_a_new_password_ends_the_other_sessions_and_not_this_one(client_of, db, settings):
    user = UserFactory()
    user.set_password("the old long password")
    user.save()
    here, elsewhere = client_of(user), client_of(user)
    here.post(reverse("account_reauthenticate"), {"password": "the old long password"})

    response = here.post(
        reverse("account_change_password"),
        {
            "oldpassword": "the old long password",
            "password1": "a very new password 7",
            "password2": "a very new password 7",
        },
    )

    assert response.status_code == 302
    assert User.objects.get(pk=user.pk).check_password("a very new password 7")
    assert here.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302


@pytest.mark.parametrize("short", ["short", "passwordpassword"[:8], "password1234"])
def test_a_weak_password_is_refused(client_of, db, short):
    user = UserFactory()
    user.set_password("the old long password")
    user.save()

    response = client_of(user).post(
        reverse("account_change_password"),
        {"oldpassword": "the old long password", "password1": short, "password2": short},
    )

    assert response.status_code == 200
    assert User.objects.get(pk=user.pk).check_password("the old long password")


def test_a_new_address_counts_once_its_mail_was_answered(client_of, db, run_jobs, mailoutbox):
    user = UserFactory(email="old@example.org")
    user.set_password("the old long password")
    user.save()
    EmailAddress.objects.filter(user=user).update(verified=True)  # they signed in by a code before
    client = client_of(user)
    asked = client.post(reverse("account_email"), {"action_add": "", "email": "new@example.org"})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    run_jobs()
    assert not mailoutbox  # … before they said the password once more

    client.post(asked["Location"], {"password": "the old long password", "next": reverse("account_email")})
    assert User.objects.get(pk=user.pk).email == "old@example.org"

    run_jobs()
    letter = next(letter for letter in mailoutbox if letter.to == ["new@example.org"])
    link = next(word for word in letter.body.split() if "/account/email/" in word)
    client.post("/" + link.partition("://")[2].partition("/")[2])

    assert User.objects.get(pk=user.pk).email == "new@example.org"


def test_words_of_a_mail_are_forgotten_once_it_went_out(client_of, db, run_jobs, mailoutbox):
    user = UserFactory()
    client_of().post(reverse("account_request_login_code"), {"email": user.email})
    letter = Job.objects.get(kind="mail")
    assert letter.input["text"]

    run_jobs()

    letter.refresh_from_db()
    assert letter.input == {}
    assert len(mailoutbox) == 1
