"""The demonstration: loaded by one command, told again as often as one likes, and only where it is wanted."""

import re
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse

from insights.models import Output, Release
from projects.loop import waiting_for
from projects.models import Participant, Project, Summary, Thread
from sharingvalue.base.models import Entry, Job
from sharingvalue.demonstration import EMAILS, PASSWORD, PEOPLE
from stakeholders.models import User
from tests.factories import ProjectFactory, UserFactory


@pytest.fixture
def demo(db, settings):
    settings.DEMO = True
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def counted():
    models = (Project, Participant, Thread, Output, Release, User, Summary)
    return {model.__name__: model.objects.count() for model in models}


def test_it_refuses_where_it_is_not_a_demonstration(db, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="only while DEMO=1"):
        call_command("demo")
    assert not User.objects.exists()


def test_the_eight_projects_are_there_with_what_was_promised_of_them(demo, client_of):
    """One loading for all that is looked at, since it takes a while."""
    assert "Loaded 8 projects" in demo
    assert list(Project.objects.order_by("number").values_list("reference", flat=True)) == [
        f"SV-000{n}" for n in range(1, 9)
    ]
    assert Project.objects.get(reference="SV-0001").title == "Safe at home"
    assert Project.objects.get(reference="SV-0007").stage == "stopped"

    # The nine sign-ins, each with its password, two projects and something that waits.
    assert len(PEOPLE) == len(EMAILS) == 9
    for person in PEOPLE:
        user = User.objects.get(email=person["email"])
        assert user.check_password(PASSWORD)
        assert user.is_administrator is (user.email == "admin@demo.example")
        projects = Project.objects.visible_to(user)
        if user.email == "outsider@demo.example":
            assert not projects.exists()
        else:
            assert projects.count() >= 2, user.email
            assert waiting_for(user), user.email
        client = client_of(user)
        for address in (
            "/",
            reverse("project.list"),
            reverse("insight.list"),
            reverse("shared.view"),
            reverse("account"),
        ):
            page = client.get(address)
            assert page.status_code == 200
            assert "Demonstration. Everything here is made up." in page.text

    # Nobody else of the demonstration signs in.
    for user in User.objects.exclude(email__in=EMAILS):
        assert not user.has_usable_password()

    # Every page of every project works for its lead.
    for project in Project.objects.all():
        lead = project.participants.filter(role="lead").first().user
        client = client_of(lead)
        for name in (
            "project.view", "project.idea", "project.people", "project.information", "project.use", "history.view",
            "summary.list",
        ):  # fmt: skip
            assert client.get(reverse(name, args=[project.reference])).status_code == 200

    # Its rows say what its participants say, and its history is told in the order of its days.
    call_command("sync_permissions", "--check", stdout=StringIO())
    for project in Project.objects.all():
        days = list(Entry.objects.filter(place=project.reference).order_by("pk").values_list("at", flat=True))
        assert days == sorted(days)

    # Again: nothing is doubled, and what somebody did stays.
    before = counted()
    Project.objects.filter(reference="SV-0002").update(title="Changed by a visitor")
    again = StringIO()
    call_command("demo", stdout=again)
    assert "there already" in again.getvalue()
    assert counted() == before
    assert Project.objects.get(reference="SV-0002").title == "Changed by a visitor"

    # --reset: as it was, and nothing of anybody else's is touched.
    own = ProjectFactory(title="A visitor's own", by=UserFactory())
    lines = Entry.objects.filter(place=own.reference).count()
    call_command("demo", "--reset", stdout=StringIO())
    after = counted()
    assert after == before | {
        "Project": before["Project"] + 1, "Participant": before["Participant"] + 1, "User": before["User"] + 1,
    }  # fmt: skip
    assert Project.objects.get(reference="SV-0002").title == "Rangatahi transitions"
    assert Entry.objects.filter(place=own.reference).count() == lines
    for release in Release.objects.exclude(file_path=""):
        assert default_storage.exists(release.file_path)


def test_it_does_not_take_the_numbers_of_somebodys_own_projects(db, settings):
    settings.DEMO = True
    own = ProjectFactory(title="Mine")

    with pytest.raises(CommandError, match="somebody’s own"):
        call_command("demo", stdout=StringIO())
    with pytest.raises(CommandError, match="somebody’s own"):
        call_command("demo", "--reset", stdout=StringIO())
    assert Project.objects.get() == own


# --- Its own pages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def lead(db):
    return UserFactory(email="lead@demo.example", name="Lead of the demonstration")


def press(client, person="lead@demo.example", **more):
    return client.post(reverse("demo_sign_in"), {"person": person, **more})


def test_one_press_signs_in_as_somebody_of_the_demonstration(client, lead, settings):
    settings.DEMO = True
    page = client.get(reverse("account_login")).text
    assert all(person["label"] in page for person in PEOPLE)

    assert press(client)["Location"] == "/"
    assert "Lead of the demonstration" in client.get("/").text
    assert press(client, next="/projects/")["Location"] == "/projects/"


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_one_press_leads_nowhere_else(client, lead, settings, next):
    settings.DEMO = True

    assert press(client, next=next)["Location"] == "/"


@pytest.mark.parametrize("person", ["", "somebody@example.org", "LEAD@demo.example", "lead@demo.example\x00"])
def test_one_press_is_for_the_people_of_the_demonstration_only(client, lead, settings, person):
    settings.DEMO = True
    UserFactory(email="somebody@example.org")

    assert press(client, person).status_code == 404
    assert client.get(reverse("account")).status_code == 302


def test_one_press_does_not_open_a_closed_account_nor_one_that_is_not_loaded(client, lead, settings):
    settings.DEMO = True
    User.objects.update(is_active=False)

    assert press(client).status_code == 404
    assert press(client, "planner@demo.example").status_code == 404


def test_without_the_demonstration_there_is_none_of_it(client, client_of, lead):
    lead.set_password(PASSWORD)
    lead.save()

    assert press(client).status_code == 404
    assert client.get(reverse("demo_mail")).status_code == 404
    assert "kia-ora-demo" not in client.get(reverse("account_login")).text
    assert "Demonstration." not in client_of(lead).get("/").text
    # Its password is known to everyone: it opens nothing where this is no demonstration.
    client.post(reverse("account_login"), {"login": lead.email, "password": PASSWORD})
    assert client.get(reverse("account")).status_code == 302


def test_becoming_somebody_else_starts_a_new_session(client, lead, settings):
    settings.DEMO = True
    UserFactory(email="planner@demo.example", name="Planner")
    press(client)
    key = client.session.session_key

    press(client, "planner@demo.example")

    assert client.session.session_key != key


def test_the_mails_that_were_not_sent_are_shown(client, lead, settings, run_jobs, mailoutbox):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    client.post(reverse("account_request_login_code"), {"email": lead.email})
    assert "waiting for a worker" in client.get(reverse("demo_mail")).text

    run_jobs()

    page = client.get(reverse("demo_mail")).text
    assert lead.email in page
    assert re.search(r"\b[A-Z0-9]{3,}-?[A-Z0-9]+\b", page)
    assert not mailoutbox
    assert Job.objects.get().input["text"]
