"""Slow work: asked once, claimed by one, renewed, taken over, ended; and what the sweep picks up."""

import threading
import time
import uuid
from datetime import timedelta

import pytest
from celery import Celery
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from sharingvalue.base import jobs
from sharingvalue.base.history import SYSTEM
from sharingvalue.base.models import Job
from stakeholders.models import User

#: A broker that keeps messages in this process: the edge where our code ends.
here = Celery("here", broker="memory://", set_as_current=False)
here.conf.task_default_queue = f"jobs-{uuid.uuid4().hex}"
#: And one that is down: nobody listens there.
down = Celery("down", broker="redis://127.0.0.1:1/0", set_as_current=False)
down.conf.update(broker_transport_options={"max_retries": 0}, task_publish_retry=False)

HOUR = timedelta(hours=1)
KIND = "probe"


@pytest.fixture(autouse=True)
def broker(settings):
    """Messages stay in this process, and no other run of the tests says for this one that a worker lives."""
    settings.CELERY_APP = f"{__name__}.here"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"jobs-{uuid.uuid4().hex}"}}
    sent()


def sent():
    """The messages that left since this was last asked, as (task, key of the job)."""
    with here.connection_for_read() as link:
        channel = link.channel()
        queue = here.conf.task_default_queue
        channel.queue_declare(queue)
        found = []
        while (message := channel.basic_get(queue, no_ack=True)) is not None:
            args, _kwargs, _embedded = message.decode()
            found.append((message.headers["task"], args[0]))
        return found


def a_job(**values):
    """A row as `ask` leaves it, or as these values say."""
    return Job.objects.create(**{"kind": KIND, "key": uuid.uuid4().hex, "sent_at": timezone.now(), **values})


def claimed(job, tries=1, ago=timedelta()):
    """The job as a worker holds it that claimed it so long ago, and has not renewed its lease since."""
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING,
        tries=tries,
        lease=uuid.uuid4(),
        lease_until=timezone.now() + timedelta(minutes=1) - ago,
    )


def nothing(job, tell):
    """Work that is done at once."""
    return {}


def never(job, tell):
    """Work that must not be reached."""
    raise AssertionError("this work was to be left alone")


# --- Asking ---


@pytest.mark.django_db
def test_asking_leaves_a_row_that_waits_and_sends_one_message(django_capture_on_commit_callbacks):
    person = User.objects.create_user("ask@example.org", "Aroha")

    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask(KIND, "one", {"words": "Kia ora"}, by=person)

    job.refresh_from_db()
    assert (job.state, job.input, job.asked_by, job.tries) == ("waiting", {"words": "Kia ora"}, person, 0)
    assert job.sent_at is not None
    assert sent() == [("jobs.probe", str(job.pk))]


@pytest.mark.django_db
def test_what_the_site_itself_asks_for_has_no_asker():
    assert jobs.ask(KIND, "one", {}, by=SYSTEM).asked_by is None


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["waiting", "running", "done"])
def test_asking_again_gives_the_same_row_and_sends_nothing(state, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask(KIND, "one", {"words": "first"}, by=SYSTEM)
    Job.objects.filter(pk=job.pk).update(state=state, progress=40)
    sent()

    with django_capture_on_commit_callbacks(execute=True):
        again = jobs.ask(KIND, "one", {"words": "second"}, by=SYSTEM)

    assert again.pk == job.pk
    assert (again.state, again.progress, again.input) == (state, 40, {"words": "first"})
    assert Job.objects.count() == 1
    assert sent() == []


@pytest.mark.django_db
def test_another_key_or_another_kind_is_another_job():
    asked = {jobs.ask(kind, key, {}, by=SYSTEM).pk for kind in ("probe", "other") for key in ("one", "two")}

    assert len(asked) == 4


@pytest.mark.django_db
def test_a_failed_job_is_taken_up_again_from_the_beginning(django_capture_on_commit_callbacks):
    job = a_job(
        key="one", state="failed", tries=3, error="It broke.", progress=70, finished_at=timezone.now()
    )

    with django_capture_on_commit_callbacks(execute=True):
        again = jobs.ask(KIND, "one", {"words": "second"}, by=SYSTEM)

    assert again.pk == job.pk
    assert (again.state, again.tries, again.error, again.progress) == ("waiting", 0, "", 0)
    assert again.input == {"words": "second"}
    assert again.finished_at is None
    assert sent() == [("jobs.probe", str(job.pk))]


@pytest.mark.django_db(transaction=True)
def test_the_message_leaves_after_the_commit():
    with transaction.atomic():
        job = jobs.ask(KIND, "one", {}, by=SYSTEM)
        before = sent()

    assert before == []
    assert sent() == [("jobs.probe", str(job.pk))]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_asked_for():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.ask(KIND, "one", {}, by=SYSTEM)
        1 / 0  # noqa: B018 (it is here to fail)

    assert sent() == []
    assert not Job.objects.exists()


# --- One worker does it ---


@pytest.mark.django_db
def test_a_job_is_done_and_its_result_kept():
    job = a_job()

    assert jobs.run(str(job.pk), lambda job, tell: {"size": 3}) is True

    job.refresh_from_db()
    assert (job.state, job.result, job.progress, job.tries, job.error) == ("done", {"size": 3}, 100, 1, "")
    assert job.finished_at is not None
    assert job.is_over


@pytest.mark.django_db
def test_a_second_message_for_the_same_job_does_nothing():
    job = a_job()
    jobs.run(str(job.pk), nothing)

    assert jobs.run(str(job.pk), never, never) is False

    job.refresh_from_db()
    assert (job.state, job.tries) == ("done", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["done", "failed"])
def test_what_is_over_stays_over(state):
    job = a_job(state=state)

    assert jobs.run(str(job.pk), never, never) is False


@pytest.mark.django_db
def test_a_message_for_a_row_that_is_gone_does_nothing():
    assert jobs.run(str(uuid.uuid4()), never, never) is False


@pytest.mark.django_db
def test_a_job_that_somebody_is_doing_is_left_to_them():
    job = a_job()
    inner = []

    jobs.run(str(job.pk), lambda job, tell: inner.append(jobs.run(str(job.pk), never, never)) or {})

    job.refresh_from_db()
    assert inner == [False]
    assert (job.state, job.tries) == ("done", 1)


@pytest.mark.django_db
def test_a_claimed_job_has_a_lease_of_a_minute(settings):
    job, leases = a_job(), []

    jobs.run(str(job.pk), lambda job, tell: leases.append((job.state, job.lease, job.lease_until)) or {})

    [(state, lease, until)] = leases
    assert state == "running"
    assert lease is not None
    assert settings.JOB_LEASE_SECONDS == 60
    assert timedelta(seconds=30) < until - timezone.now() <= timedelta(seconds=60)


@pytest.mark.django_db
def test_a_lease_that_ran_out_is_claimed_again():
    job = a_job()
    claimed(job, ago=HOUR)

    assert jobs.run(str(job.pk), nothing) is True

    job.refresh_from_db()
    assert (job.state, job.tries) == ("done", 2)


@pytest.mark.django_db
def test_after_three_tries_nobody_claims_it_any_more():
    job = a_job()
    claimed(job, tries=3, ago=HOUR)

    assert jobs.run(str(job.pk), never, never) is False


@pytest.mark.django_db
def test_the_next_holder_begins_the_progress_anew():
    job, begun = a_job(progress=80, doing="Drawing page 8"), []
    claimed(job, ago=HOUR)

    jobs.run(str(job.pk), lambda job, tell: begun.append((job.progress, job.doing)) or {})

    assert begun == [(0, "")]


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_for_as_long_as_the_work_goes_on(settings):
    settings.JOB_LEASE_SECONDS = 0.9
    job = a_job()

    def work(job, tell):
        time.sleep(2.5)
        return {"claimed until": job.lease_until.timestamp()}

    assert jobs.run(str(job.pk), work) is True

    job.refresh_from_db()
    # Renewed last when two seconds had gone by, more or less: far later than the lease that was claimed.
    assert job.lease_until.timestamp() > job.result["claimed until"] + 0.9


@pytest.mark.django_db(transaction=True)
def test_nobody_renews_a_lease_when_the_work_is_over():
    before = threading.active_count()

    jobs.run(str(a_job().pk), nothing)

    assert threading.active_count() == before


# --- A worker that was thought dead ---


def taken_over(job, *, and_finished):
    """What another worker does when this one was silent for too long."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    if and_finished:
        assert jobs.run(str(job.pk), lambda job, tell: {"by": "the second"}) is True
    else:
        claimed(job, tries=2)


@pytest.mark.django_db
def test_a_late_worker_writes_nothing_and_its_done_is_not_called():
    job = a_job()

    def work(job, tell):
        taken_over(job, and_finished=True)
        return {"by": "the first"}

    assert jobs.run(str(job.pk), work, never) is False

    job.refresh_from_db()
    assert (job.state, job.result, job.tries) == ("done", {"by": "the second"}, 2)


@pytest.mark.django_db
def test_a_late_worker_does_not_end_what_another_is_doing():
    job = a_job()

    def work(job, tell):
        taken_over(job, and_finished=False)
        return {"by": "the first"}

    assert jobs.run(str(job.pk), work, never) is False

    job.refresh_from_db()
    assert (job.state, job.result, job.finished_at) == ("running", {}, None)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [jobs.JobError("No."), ZeroDivisionError()])
@pytest.mark.parametrize("and_finished", [True, False])
def test_a_late_worker_that_fails_spoils_nothing(error, and_finished):
    job = a_job()

    def work(job, tell):
        taken_over(job, and_finished=and_finished)
        raise error

    jobs.run(str(job.pk), work, never)

    job.refresh_from_db()
    assert job.state == ("done" if and_finished else "running")
    assert job.error == ""
    assert job.lease_until is not None


@pytest.mark.django_db
def test_a_late_worker_does_not_move_the_progress_of_another():
    job = a_job()

    def work(job, tell):
        taken_over(job, and_finished=False)
        tell(99, "Nearly there")
        return {}

    jobs.run(str(job.pk), work)

    job.refresh_from_db()
    assert (job.progress, job.doing) == (0, "")


# --- What it leaves besides ---


@pytest.mark.django_db
def test_done_is_called_once_with_the_finished_job():
    job, ended = a_job(), []

    jobs.run(
        str(job.pk), lambda job, tell: {"size": 3}, lambda job: ended.append((job.pk, job.state, job.result))
    )

    assert ended == [(job.pk, "done", {"size": 3})]


@pytest.mark.django_db(transaction=True)
def test_done_and_the_end_of_the_job_are_written_together_or_not_at_all():
    job = a_job()

    def done(job):
        User.objects.create_user("half@example.org", "Half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        jobs.run(str(job.pk), nothing, done)

    job.refresh_from_db()
    assert job.state != "done"
    assert not User.objects.filter(email="half@example.org").exists()


# --- Failing ---


@pytest.mark.django_db
def test_what_cannot_succeed_fails_at_once_with_its_sentence():
    job = a_job()

    def work(job, tell):
        raise jobs.JobError("The file is locked with a password.")

    assert jobs.run(str(job.pk), work, never) is True

    job.refresh_from_db()
    assert (job.state, job.error, job.tries) == ("failed", "The file is locked with a password.", 1)
    assert job.finished_at is not None


@pytest.mark.django_db
def test_what_goes_wrong_otherwise_is_tried_three_times_and_then_says_why():
    job = a_job()

    def work(job, tell):
        raise ZeroDivisionError("secret detail")

    for tries, state in [(1, "waiting"), (2, "waiting"), (3, "failed")]:
        assert jobs.run(str(job.pk), work, never) is True
        job.refresh_from_db()
        assert (job.state, job.tries) == (state, tries)
        assert job.is_over is (job.finished_at is not None) is (state == "failed")

    assert "ZeroDivisionError" in job.error
    # What an exception says may hold what people wrote; its name is enough to ask an administrator.
    assert "secret detail" not in job.error
    assert jobs.run(str(job.pk), never, never) is False


@pytest.mark.django_db
def test_a_try_that_went_wrong_is_not_sent_again_at_once_but_by_the_sweep(settings):
    job = a_job(sent_at=timezone.now() - HOUR)

    def work(job, tell):
        raise ZeroDivisionError

    jobs.run(str(job.pk), work)

    assert jobs.sweep()["sent"] == 0
    Job.objects.filter(pk=job.pk).update(
        sent_at=timezone.now() - timedelta(seconds=settings.JOB_RESEND_SECONDS + 1)
    )
    assert jobs.sweep()["sent"] == 1


@pytest.mark.django_db
def test_a_job_that_succeeds_in_the_end_says_nothing_of_its_failures():
    job = a_job(tries=2, error="Something went wrong.")

    jobs.run(str(job.pk), nothing)

    job.refresh_from_db()
    assert (job.state, job.error, job.tries) == ("done", "", 3)


# --- Progress ---


@pytest.mark.django_db
@pytest.mark.parametrize(("told", "kept"), [(-5, 0), (0, 0), (42, 42), (100, 100), (250, 100)])
def test_progress_is_a_percentage_whatever_is_told(told, kept):
    job, seen = a_job(), []

    def work(job, tell):
        tell(told, "Laying out " + "a very long page " * 50)
        seen.append(Job.objects.values_list("progress", "doing").get(pk=job.pk))
        return {}

    jobs.run(str(job.pk), work)

    [(progress, doing)] = seen
    assert progress == kept
    assert doing.startswith("Laying out")
    assert len(doing) <= Job._meta.get_field("doing").max_length


# --- The sweep ---


@pytest.mark.django_db
def test_the_sweep_sends_what_waits_unsent(settings):
    job = a_job(sent_at=None)

    assert jobs.sweep() == {"sent": 1, "given up": 0}

    job.refresh_from_db()
    assert job.sent_at is not None
    assert sent() == [("jobs.probe", str(job.pk))]


@pytest.mark.django_db
def test_the_sweep_sends_again_what_was_sent_and_not_taken(settings):
    lost = a_job(sent_at=timezone.now() - timedelta(seconds=settings.JOB_RESEND_SECONDS + 1))
    a_job(sent_at=timezone.now())

    assert jobs.sweep()["sent"] == 1
    assert sent() == [("jobs.probe", str(lost.pk))]
    # Not at every sweep: the message that just left may still be taken.
    assert jobs.sweep()["sent"] == 0


@pytest.mark.django_db
def test_the_sweep_sends_again_what_lost_its_lease():
    lost, held = a_job(), a_job()
    claimed(lost, ago=HOUR)
    claimed(held)

    assert jobs.sweep() == {"sent": 1, "given up": 0}
    assert sent() == [("jobs.probe", str(lost.pk))]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["done", "failed"])
def test_the_sweep_leaves_alone_what_is_over(state):
    a_job(state=state, sent_at=None, tries=3)

    assert jobs.sweep() == {"sent": 0, "given up": 0}


@pytest.mark.django_db
def test_the_sweep_gives_up_what_three_workers_did_not_end_and_says_so():
    job, held = a_job(), a_job()
    claimed(job, tries=3, ago=HOUR)
    claimed(held, tries=3)

    assert jobs.sweep() == {"sent": 0, "given up": 1}

    job.refresh_from_db()
    held.refresh_from_db()
    assert (job.state, held.state) == ("failed", "running")
    assert job.error.endswith(".")
    assert job.finished_at is not None


@pytest.mark.django_db
def test_the_sweep_sends_the_oldest_first():
    late = a_job(sent_at=None)
    early = a_job(sent_at=None, asked_at=timezone.now() - HOUR)

    jobs.sweep()

    assert [pk for _task, pk in sent()] == [str(early.pk), str(late.pk)]


@pytest.mark.django_db
def test_a_sweep_is_the_sign_that_a_worker_lives():
    assert jobs.worker_seen() is False

    jobs.sweep()

    assert jobs.worker_seen() is True


# --- The broker is down ---


@pytest.mark.django_db
def test_without_a_broker_the_row_is_kept_and_the_sweep_sends_it_later(
    settings, django_capture_on_commit_callbacks
):
    settings.CELERY_APP = f"{__name__}.down"
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask(KIND, "one", {}, by=SYSTEM)

    job.refresh_from_db()
    assert (job.state, job.sent_at) == ("waiting", None)
    assert jobs.sweep() == {"sent": 0, "given up": 0}

    settings.CELERY_APP = f"{__name__}.here"
    assert jobs.sweep()["sent"] == 1
    assert sent() == [("jobs.probe", str(job.pk))]


@pytest.mark.django_db
def test_the_broker_that_is_down_in_these_tests_is_really_down():
    with pytest.raises(OperationalError):
        down.send_task("jobs.probe", args=["nobody"])
