"""Mail: written with what caused it, sent after the commit, once; its words are for its reader alone."""

import uuid

import pytest
from celery import Celery
from django.conf import settings as site
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from sharingvalue.base import jobs, mail
from sharingvalue.base.history import SYSTEM
from sharingvalue.base.models import Job
from stakeholders.models import User

#: A broker that keeps messages in this process: the edge where our code ends.
here = Celery("here", broker="memory://", set_as_current=False)
here.conf.task_default_queue = f"mail-{uuid.uuid4().hex}"


class Refusing(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise ConnectionRefusedError("mail.example.org refused the code 314159")


@pytest.fixture(autouse=True)
def broker(settings):
    """Messages to workers stay in this process; these tests do the workers' part themselves."""
    settings.CELERY_APP = f"{__name__}.here"


def deliver(job):
    """What the worker's task does."""
    return jobs.run(str(job.pk), mail.deliver, mail.forget)


@pytest.mark.django_db
def test_nothing_is_sent_in_the_request_itself():
    job = mail.post("aroha@example.org", "Kia ora", "Haere mai.", by=SYSTEM)

    assert outbox.outbox == []
    assert (job.kind, job.state) == ("mail", "waiting")


@pytest.mark.django_db
def test_a_worker_sends_it_to_its_one_reader():
    job = mail.post("aroha@example.org", "Kia ora", "Haere mai.", by=SYSTEM)

    assert deliver(job) is True

    [letter] = outbox.outbox
    assert (letter.to, letter.subject, letter.body) == (["aroha@example.org"], "Kia ora", "Haere mai.")
    assert (letter.cc, letter.bcc, letter.from_email) == ([], [], site.DEFAULT_FROM_EMAIL)
    assert Job.objects.get(pk=job.pk).state == "done"


@pytest.mark.django_db
def test_a_second_message_to_the_workers_sends_no_second_mail():
    job = mail.post("aroha@example.org", "Kia ora", "Haere mai.", by=SYSTEM)

    deliver(job)

    assert deliver(job) is False
    assert len(outbox.outbox) == 1


@pytest.mark.django_db
def test_the_same_key_is_one_mail_even_after_it_went_out():
    first = mail.post("aroha@example.org", "Kia ora", "Haere mai.", by=SYSTEM, key="welcome-1")
    deliver(first)

    again = mail.post("aroha@example.org", "Kia ora", "Haere mai.", by=SYSTEM, key="welcome-1")

    assert again.pk == first.pk
    assert deliver(again) is False
    assert len(outbox.outbox) == 1


@pytest.mark.django_db
def test_without_a_key_each_is_a_mail_of_its_own():
    asked = {mail.post("aroha@example.org", "A code", "314159", by=SYSTEM).pk for _ in range(2)}

    assert len(asked) == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_sends_no_mail():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        mail.post("aroha@example.org", "Kia ora", "Haere mai.", by=SYSTEM)
        1 / 0  # noqa: B018 (it is here to fail)

    assert not Job.objects.exists()


@pytest.mark.django_db
def test_its_words_are_forgotten_once_it_went_out(settings):
    settings.DEMO = False
    job = mail.post("aroha@example.org", "Your code", "Your code is 314159.", by=SYSTEM)

    deliver(job)

    job.refresh_from_db()
    assert (job.input, job.result) == ({}, {})
    assert "314159" in outbox.outbox[0].body


@pytest.mark.django_db
def test_a_demonstration_keeps_them_to_show_them(settings):
    settings.DEMO = True
    job = mail.post("aroha@example.org", "Your code", "Your code is 314159.", by=SYSTEM)

    deliver(job)

    job.refresh_from_db()
    assert job.input == {"to": "aroha@example.org", "subject": "Your code", "text": "Your code is 314159."}


@pytest.mark.django_db
def test_a_mail_server_that_refuses_is_tried_again_and_the_mail_goes_out_once(settings):
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    job = mail.post("aroha@example.org", "Kia ora", "Haere mai.", by=SYSTEM)

    deliver(job)
    deliver(job)
    job.refresh_from_db()
    assert (job.state, job.tries, job.input["text"]) == ("waiting", 2, "Haere mai.")

    settings.EMAIL_BACKEND = works
    deliver(job)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert len(outbox.outbox) == 1


@pytest.mark.django_db
def test_a_mail_that_never_went_out_says_why_but_not_what_the_server_said(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    job = mail.post("aroha@example.org", "Your code", "Your code is 314159.", by=SYSTEM)

    for _ in range(3):
        deliver(job)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "ConnectionRefusedError" in job.error
    assert "314159" not in job.error


@pytest.mark.django_db
@pytest.mark.parametrize("subject", ["Kia ora\nBcc: everybody@example.org", "Kia ora\r\n\r\nAnother letter"])
def test_a_subject_cannot_bring_headers_of_its_own(subject):
    job = mail.post("aroha@example.org", subject, "Haere mai.", by=SYSTEM)

    for _ in range(3):
        deliver(job)

    for letter in outbox.outbox:
        assert letter.recipients() == ["aroha@example.org"]
        assert "\n" not in letter.subject


@pytest.mark.django_db(transaction=True)
def test_asking_for_a_code_to_sign_in_posts_it_as_a_job(client):
    User.objects.create_user("aroha@example.org", "Aroha")

    assert client.post("/sign-in/code/", {"email": "aroha@example.org"}).status_code == 302

    job = Job.objects.get(kind="mail")
    assert job.input["to"] == "aroha@example.org"
    assert outbox.outbox == []
    assert job.sent_at is not None
