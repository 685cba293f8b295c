"""Signing in: by password, by a code, and alike for addresses that are known and those that are not."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from sharingvalue.base.models import Job
from stakeholders.models import User
from tests.factories import UserFactory

PASSWORD = "a long enough password"


@pytest.fixture
def aroha(db):
    user = UserFactory(email="aroha@example.org", name="Aroha")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, login="aroha@example.org", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


def without_what_changes(response, *words):
    """The body without tokens, and without the words that were typed."""
    body = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", response.text)
    for word in words:
        body = body.replace(word, "")
    return body


@pytest.mark.parametrize("login", ["aroha@example.org", "AROHA@Example.org"])
def test_a_person_signs_in_by_password_whatever_the_case_of_their_address(client, aroha, login):
    response = sign_in(client, login)

    assert response.status_code == 302
    assert response["Location"] == reverse("home")
    assert client.get(reverse("account")).status_code == 200


def test_who_was_on_the_way_to_a_page_arrives_there(client, aroha):
    asked = client.get(reverse("project.list"))
    assert asked["Location"] == f"{reverse('account_login')}?next={reverse('project.list')}"

    assert sign_in(client, next=reverse("project.list"))["Location"] == reverse("project.list")


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(client, aroha, next):
    response = sign_in(client, next=next)

    assert response.status_code == 302
    assert "evil" not in response["Location"]
    assert "javascript" not in response["Location"]


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, aroha):
    known = sign_in(client, "aroha@example.org", "wrong")
    unknown = sign_in(client, "nobody@example.org", "wrong")

    assert known.status_code == unknown.status_code == 200
    assert without_what_changes(known, "aroha@example.org") == without_what_changes(
        unknown, "nobody@example.org"
    )


def test_a_code_is_promised_alike_for_known_and_unknown_addresses(client_of, aroha):
    answers = []
    for email in ("aroha@example.org", "nobody@example.org"):
        client = client_of()
        asked = client.post(reverse("account_request_login_code"), {"email": email})
        page = client.get(asked["Location"])
        answers.append(
            (asked.status_code, asked["Location"], page.status_code, without_what_changes(page, email))
        )

    assert answers[0] == answers[1]
    assert answers[0][0] == 302


def test_a_forgotten_password_is_answered_alike_for_known_and_unknown_addresses(client_of, aroha):
    answers = []
    for email in ("aroha@example.org", "nobody@example.org"):
        client = client_of()
        asked = client.post(reverse("account_reset_password"), {"email": email})
        answers.append(
            (asked.status_code, asked["Location"], without_what_changes(client.get(asked["Location"]), email))
        )

    assert answers[0] == answers[1]


def test_a_code_by_mail_signs_in_once(client, aroha, run_jobs):
    asked = client.post(reverse("account_request_login_code"), {"email": "aroha@example.org"})
    assert asked["Location"].startswith(reverse("account_confirm_login_code"))
    assert not mail.outbox  # the mail is a job
    assert run_jobs() == 1
    letter = mail.outbox[0]
    code = next(
        line for line in letter.body.splitlines() if re.fullmatch(r"[A-Z0-9]{3,}(-[A-Z0-9]+)*", line.strip())
    )
    assert letter.to == ["aroha@example.org"]

    done = client.post(reverse("account_confirm_login_code"), {"code": code.strip()})

    assert done.status_code == 302
    assert client.get(reverse("account")).status_code == 200
    client.post(reverse("account_logout"))
    client.post(reverse("account_confirm_login_code"), {"code": code.strip()})
    assert client.get(reverse("account")).status_code == 302


def test_a_wrong_code_signs_nobody_in_and_too_many_end_it(client, aroha):
    client.post(reverse("account_request_login_code"), {"email": "aroha@example.org"})

    for _ in range(5):
        client.post(reverse("account_confirm_login_code"), {"code": "WRONG1"})

    assert client.get(reverse("account")).status_code == 302


def test_an_unknown_address_is_told_so_by_mail_and_no_account_is_made(client, db, run_jobs):
    client.post(reverse("account_request_login_code"), {"email": "nobody@example.org"})
    run_jobs()

    assert "no account" in mail.outbox[0].body
    assert not User.objects.exists()


def test_a_forgotten_password_is_set_anew_by_the_link_in_the_mail(client, aroha, run_jobs):
    client.post(reverse("account_reset_password"), {"email": "aroha@example.org"})
    run_jobs()
    path = re.search(r"https?://[^/\s]+(/sign-in/forgotten/\S+)", mail.outbox[0].body).group(1)
    page = client.get(path, follow=True)
    here = page.redirect_chain[-1][0] if page.redirect_chain else path

    client.post(here, {"password1": "quite another long one", "password2": "quite another long one"})

    assert User.objects.get(pk=aroha.pk).check_password("quite another long one")
    assert client.post(path, {"password1": "x" * 20, "password2": "x" * 20}).status_code in (200, 302)
    assert User.objects.get(pk=aroha.pk).check_password("quite another long one")


def test_signing_up_is_closed(client, db):
    for response in (
        client.get(reverse("account_signup")),
        client.post(
            reverse("account_signup"),
            {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD},
        ),
    ):
        assert response.status_code in (200, 403, 404)
    assert not User.objects.exists()
    assert not Job.objects.exists()


def test_a_closed_account_does_not_sign_in(client, aroha):
    User.objects.filter(pk=aroha.pk).update(is_active=False)

    sign_in(client)

    assert client.get(reverse("account")).status_code == 302


def test_closing_an_account_ends_its_sessions_at_the_next_request(client, aroha):
    sign_in(client)
    assert client.get(reverse("account")).status_code == 200

    User.objects.filter(pk=aroha.pk).update(is_active=False)

    assert client.get(reverse("account")).status_code == 302


def test_signing_out_takes_a_press_and_not_a_link(client, aroha):
    sign_in(client)

    client.get(reverse("account_logout"))
    assert client.get(reverse("account")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("account")).status_code == 302


def test_guessing_passwords_is_throttled(client, aroha):
    answers = [sign_in(client, password=f"wrong {n}") for n in range(12)]

    assert any("Too many" in answer.text or answer.status_code == 429 for answer in answers)
    sign_in(client)
    assert client.get(reverse("account")).status_code == 302


def test_asking_for_codes_is_throttled(client, aroha):
    for _ in range(25):
        client.post(reverse("account_request_login_code"), {"email": "aroha@example.org"})

    assert Job.objects.filter(kind="mail").count() < 25


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"login": "x", "password": ""},
        {"login": "a\x00b@example.org", "password": "x"},
        {"login": "x" * 3000 + "@example.org", "password": "x" * 5000},
    ],
)
def test_odd_input_is_answered_with_the_form(client, db, values):
    response = client.post(reverse("account_login"), values)

    assert response.status_code == 200
    assert "account_login" in response.resolver_match.url_name


@pytest.mark.parametrize("email", ["", "not an address", "a\x00b@example.org", "x" * 400 + "@example.org"])
def test_a_code_is_not_sent_to_what_is_no_address(client, db, email):
    response = client.post(reverse("account_request_login_code"), {"email": email})

    assert response.status_code == 200
    assert not Job.objects.exists()
