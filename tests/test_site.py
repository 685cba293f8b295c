"""The site as a whole: whether it is well, what its answers carry, and what it refuses to start without."""

import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from sharingvalue import views
from sharingvalue.base import jobs

ROOT = Path(__file__).parent.parent
PUBLIC = ["/", "/about/", "/about/your-information/", "/accessibility/", "/insights/", "/sign-in/", "/sign-in/code/",
          "/sign-in/forgotten/"]  # fmt: skip


@pytest.fixture(autouse=True)
def asked_anew():
    """What was found out a second ago is another test's."""
    getattr(views, "_READY", {}).clear()
    yield
    getattr(views, "_READY", {}).clear()


# --- Alive and ready -----------------------------------------------------------------------------------------------------


def test_it_is_alive_without_asking_the_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.text) == (200, "alive\n")
    assert "no-store" in response["Cache-Control"]


def test_it_is_ready_once_a_worker_was_heard_of(client, db):
    before = client.get("/readyz")
    assert before.status_code == 503
    assert before.json() == {
        "ready": False,
        "database": True,
        "migrations": True,
        "broker": True,
        "worker": False,
    }

    jobs.sweep()
    getattr(views, "_READY", {}).clear()
    after = client.get("/readyz")

    assert (after.status_code, after.json()["ready"]) == (200, True)
    cache.delete(jobs.WORKER_SEEN)


def test_it_is_not_ready_without_its_migrations(client, db):
    jobs.sweep()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'projects'")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["migrations"] is False


def test_it_is_not_ready_without_its_broker(client, db):
    from sharingvalue.celery import app

    url = app.conf.broker_url
    app.conf.broker_url = app.conf.broker_write_url = "redis://127.0.0.1:1/0"
    try:
        response = client.get("/readyz")
    finally:
        app.conf.broker_url, app.conf.broker_write_url = url, url

    assert response.status_code == 503
    assert response.json()["broker"] is False


# --- What answers carry --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages_carry_what_keeps_browsers_safe(client, db, address):
    headers = client.get(address).headers

    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("address", [*PUBLIC, "/nowhere/"])
def test_no_page_needs_an_inline_script_or_style(client, db, address):
    page = client.get(address).text

    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "<style" not in page
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page)


def test_nor_does_a_page_of_a_project(client_of, world):
    client = client_of(world.L)
    for name in (
        "project.view",
        "project.information",
        "project.people",
        "project.use",
        "history.view",
        "summary.list",
    ):
        page = client.get(reverse(name, args=[world.reference])).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), name
        assert "<style" not in page, name
        assert not re.search(r"<[a-z][^>]*\s(?:style|on\w+)=\"", page), name


def test_pages_of_somebody_signed_in_stay_out_of_every_shared_cache(client_of, world):
    response = client_of(world.L).get("/")

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert {"HX-Request", "Cookie"} <= {one.strip() for one in response["Vary"].split(",")}


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, world):
    world.L.set_password("a long enough password")
    world.L.save()
    client.post("/sign-in/", {"login": world.L.email, "password": "a long enough password"})

    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == client.cookies["csrftoken"]["samesite"] == "Lax"


def test_a_form_from_elsewhere_is_refused_with_a_sentence(client_of, world):
    client = client_of(world.L, enforce_csrf_checks=True)

    response = client.post(reverse("project.start"), {"title": "x", "question": "y", "uses": ["funding"]})

    assert response.status_code == 403
    assert "copy your words" in response.text


def test_a_host_of_somebody_elses_is_refused(client, db):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_body_larger_than_anything_is_refused_unread(client_of, world, settings):
    settings.UPLOAD_LIMIT, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000, 1000

    response = client_of(world.P).post(reverse("output.add", args=[world.reference]), {"title": "x" * 5000})

    assert response.status_code in (400, 413)


def test_too_many_fields_are_refused(client_of, world):
    response = client_of(world.L).post(reverse("project.start"), {f"f{n}": "1" for n in range(1500)})

    assert response.status_code == 400


def test_who_is_signed_out_while_writing_is_taken_to_sign_in_as_a_whole(client, world):
    response = client.get(
        reverse("purpose.edit", args=[world.reference, world.purpose.pk]),
        headers={
            "hx-request": "true",
            "hx-current-url": f"http://testserver/projects/{world.reference}/information/",
        },
    )

    assert response.status_code == 200
    assert response["HX-Redirect"] == f"/sign-in/?next=%2Fprojects%2F{world.reference}%2Finformation%2F"


def test_an_unknown_page_says_so_on_a_page_of_ours(client, db):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "Sharing Value" in response.text


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages_answer_everybody(client_of, world, address):
    for letter in ("A", "L", "O"):
        assert client_of(getattr(world, letter)).get(address).status_code in (200, 302)


def test_everything_else_asks_to_sign_in(client, world):
    for address in (
        f"/projects/{world.reference}/",
        "/projects/",
        "/projects/SV-9999/",
        "/account/",
        "/shared-with-me/",
    ):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={address}")


def test_nobody_is_sent_elsewhere_by_the_door_of_the_administration(client, client_of, world):
    response = client.get("/admin/login/?next=https://evil.example/", follow=True)
    page = response.text

    assert 'value="https://evil.example' not in page or client.post(
        "/sign-in/", {"login": "x", "password": "x", "next": "https://evil.example/"}
    ).get("Location", "/").startswith("/")
    assert client_of(world.L).get("/admin/login/").status_code == 404
    assert client_of(world.Adm).get(f"/admin/r/1/{world.project.pk}/").status_code == 404


# --- Starting ------------------------------------------------------------------------------------------------------------


def manage(*args, **env):
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "VIRTUAL_ENV", "LANG", "VAR_DIR")
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *args],
        cwd=ROOT,
        env={**kept, **env},
        capture_output=True,
        text=True,
        timeout=120,
    )


PRODUCTION = {
    "SITE_URL": "https://sharing.example", "ALLOWED_HOSTS": "sharing.example",
    "SECRET_KEY": "k7T!w2" * 12 + "0123456789abcdefghijklmnop", "DEMO": "0", "DEBUG": "0",
}  # fmt: skip


def test_the_deploy_check_is_clean_under_https():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_under_https_cookies_are_secure_and_browsers_told_to_stay():
    asked = """
import json
from django.conf import settings as s
from django.test import Client
names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "CSRF_TRUSTED_ORIGINS"]
c = Client(headers={"host": "sharing.example"})
print(json.dumps({n: getattr(s, n) for n in names} | {
    "plain": c.get("/about/").get("Location", ""), "healthz": c.get("/healthz").status_code,
    "hsts": c.get("/healthz", secure=True).headers.get("Strict-Transport-Security", "")}))
"""
    done = manage("shell", "--no-imports", "-c", asked, **PRODUCTION)
    found = (
        json.loads(done.stdout.strip().splitlines()[-1]) if done.stdout.strip() else pytest.fail(done.stderr)
    )

    assert (
        found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is found["SECURE_SSL_REDIRECT"] is True
    )
    assert found["SECURE_HSTS_SECONDS"] >= 31536000
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://sharing.example"]
    assert found["plain"] == "https://sharing.example/about/"
    assert found["healthz"] == 200
    assert found["hsts"].startswith("max-age=31536000")


def test_it_refuses_to_start_without_a_secret_key():
    done = manage("check", **{**PRODUCTION, "SECRET_KEY": ""})

    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_a_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "key").write_text(PRODUCTION["SECRET_KEY"])
    rest = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}

    assert manage("check", **rest, SECRET_KEY_FILE=str(tmp_path / "key")).returncode == 0


def test_a_demonstration_makes_its_key_once(tmp_path):
    for _ in range(2):
        assert manage("check", DEMO="1", VAR_DIR=str(tmp_path)).returncode == 0
    key = (tmp_path / "secret-key").read_text()
    assert len(key) > 60
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_migrations_are_in_step_with_the_models(db):
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())
