"""What every test stands on: settings of their own, a store that is thrown away, a broker that keeps nothing."""

import atexit
import os
import shutil
import tempfile
import uuid
from pathlib import Path

# One place for all that a test run leaves behind; `make test` gives one too. Set before the settings are read.
_PLACE = tempfile.mkdtemp(prefix="sharing-value-tests-")
atexit.register(shutil.rmtree, _PLACE, ignore_errors=True)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharingvalue.settings")
os.environ.setdefault("VAR_DIR", _PLACE)
os.environ.setdefault("SECRET_KEY", "only-for-tests")
for _name in ("DEMO", "DEBUG"):
    os.environ.setdefault(_name, "0")

import django  # noqa: E402
import pytest  # noqa: E402

django.setup()

from django.conf import settings as site_settings  # noqa: E402
from django.core.cache import cache  # noqa: E402

from sharingvalue.celery import app as celery_app  # noqa: E402

ON_REDIS = bool(site_settings.REDIS_URL)

site_settings.FILES_DIR = Path(_PLACE) / "files"
site_settings.STORAGES["default"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": str(site_settings.FILES_DIR)},
}
# Hashing slowly is for attackers.
site_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if site_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file and not memory: as in earnest, with its locks, and open to threads.
    site_settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(Path(_PLACE) / "test.sqlite3")
# Messages go to a real broker that lives and dies with this process: no worker waits at its other end.
celery_app.conf.update(broker_url="memory://", broker_transport_options={})


@pytest.fixture(autouse=True)
def _own_cache(request):
    """A cache that no other test writes in: SQLite's is rolled back with the test, Redis' is told apart by its keys."""
    if ON_REDIS:
        cache.key_prefix = f"test-{uuid.uuid4().hex}"
    yield


@pytest.fixture(autouse=True)
def _no_demonstration(settings):
    """Tests say themselves when they want the demonstration."""
    settings.DEMO = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def world(db):
    """One project with one person of every part, and one of everything; see build_world."""
    from .factories import build_world

    return build_world()


@pytest.fixture
def client_of():
    """Give a function that signs a person in (None: nobody) and gives their client, one for each call."""
    from django.test import Client

    def signed_in(user=None, **extra):
        fresh = Client(**extra)
        if user is not None:
            fresh.force_login(user, backend=site_settings.AUTHENTICATION_BACKENDS[0])
        return fresh

    return signed_in


@pytest.fixture
def run_jobs(db):
    """Give a function that does all waiting jobs of a kind as a worker would, and gives how many it did."""
    from sharingvalue.base.models import Job

    celery_app.loader.import_default_modules()

    def run(kind="mail"):
        waiting = list(Job.objects.filter(kind=kind, state=Job.State.WAITING).order_by("asked_at"))
        for job in waiting:
            celery_app.tasks[f"jobs.{kind}"](str(job.pk))
        return len(waiting)

    return run


def pytest_xdist_make_scheduler(config, log):
    """Keep in one process what stands on one site, or on one world: two would only slow each other.

    xdist_group says the same, but from pytest 9.2 on xdist 3.8 does not hear it.
    """
    from xdist.scheduler import LoadGroupScheduling

    class Scheduling(LoadGroupScheduling):
        def _split_scope(self, nodeid):
            together = ("tests/workers/", "tests/browser/", "tests/test_urls.py")
            return next((place for place in together if nodeid.startswith(place)), nodeid)

    return Scheduling(config, log)
