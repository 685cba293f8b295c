"""A site with real processes, people who ask it over HTTP, a look into its database, and a cable that can be pulled.

The site is started once for all tests of this folder, with its clock and without a worker: each test starts the
workers it needs. All of it goes to one test process, so that two such sites never share the machine.
"""

from __future__ import annotations

import contextlib
import copy
import http.cookiejar
import re
import socket
import sqlite3
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.site import Site, running_site

#: What is asked of the site is answered within this many seconds, or the test fails; a busy machine takes some.
ANSWERS_WITHIN = 20

# A project whose summary takes seconds to make: so many purposes, each of more than a page.
LONG_PROJECT = """
from projects import actions
from stakeholders.models import User

lead = User.objects.get(email="lead@demo.example")
project = actions.project_start(by=lead, title="A long plan", question="What helps?", uses=["research"])
words = "What is asked is asked for one reason, and the people who are asked can read which. " * 12
for number in range({purposes}):
    actions.purpose_add(
        project, by=lead, title=f"Purpose {{number}}", what=words, why=words, how=words, who_has_access=words
    )
print("made", project.reference)
"""


def wait_for(what: str, condition: Callable[[], Any], seconds: float, every: float = 0.1) -> Any:
    """Wait until `condition()` gives something true, and give that; fails with `what` after so many seconds."""
    latest = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        assert time.monotonic() < latest, f"{what}: not within {seconds:.0f} s"
        time.sleep(every)


# --- People ---


class Answer(NamedTuple):
    """What the site said."""

    status: int
    url: str
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Person:
    """Somebody with a browser: keeps cookies, follows redirects, sends the token that forms carry."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            # Straight to this machine, whatever proxy the environment names.
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def get(self, path: str) -> Answer:
        return self._ask(path, None)

    def post(self, path: str, **fields: str) -> Answer:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), "") or ""
        return self._ask(path, urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode())

    def sign_in(self, email: str) -> Person:
        """One press on the sign-in page of a demonstration."""
        assert self.get("/sign-in/").status == 200
        answer = self.post("/demo/sign-in/", person=email)
        assert answer.status == 200, answer.text
        return self

    def _ask(self, path: str, data: bytes | None) -> Answer:
        began = time.monotonic()
        try:
            with self.opener.open(self.url + path, data, timeout=ANSWERS_WITHIN) as response:
                status, url, body = response.status, response.url, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, url, body = error.code, error.url, error.read()
        return Answer(status, url.removeprefix(self.url), body, time.monotonic() - began)


class Watch:
    """Asks some addresses every second, for as long as it is entered, and keeps what was answered."""

    def __init__(self, person: Person, *paths: str) -> None:
        self.person, self.paths = person, paths
        self.answers: list[tuple[str, int, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(1):
            for path in self.paths:
                try:
                    answer = self.person.get(path)
                except OSError as error:
                    self.answers.append((f"{path}: {error}", 0, ANSWERS_WITHIN))
                else:
                    self.answers.append((path, answer.status, answer.seconds))

    def assert_all_was_well(self) -> None:
        """Every answer was a page, and there were some."""
        assert len(self.answers) >= len(self.paths)
        assert [answer for answer in self.answers if answer[1] != 200] == []


# --- The site ---


class Made(NamedTuple):
    """A summary as its rows say: keys, and how far its job is."""

    job: str
    state: str
    progress: int
    tries: int
    sent: bool
    size: int
    lines: int


class World:
    """The running site, and what its database and its store hold."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @contextlib.contextmanager
    def _connected(self) -> Iterator[tuple[Any, str]]:
        if address := self.site.env.get("DATABASE_URL"):
            import psycopg

            with psycopg.connect(address) as connection:
                connection.execute("SET lock_timeout = '500ms'")
                yield connection, "%s"
        else:
            connection = sqlite3.connect(self.site.var / "db.sqlite3", timeout=0.5)
            with contextlib.closing(connection), connection:
                yield connection, "?"

    def rows(self, query: str, *values: Any) -> list[tuple]:
        """What the database answers; `@` stands for a value."""
        with self._connected() as (connection, mark):
            return connection.execute(query.replace("@", mark), values).fetchall()

    def change(self, query: str, *values: Any) -> bool:
        """Change rows; False, and nothing changed, when somebody holds them."""
        try:
            with self._connected() as (connection, mark):
                connection.execute(query.replace("@", mark), values)
        except Exception as error:  # Each database has its own name for it.
            assert "lock" in str(error).lower(), error
            return False
        return True

    def long_project(self, purposes: int) -> str:
        """The reference of a new project, led by the demonstration's lead, with a long plan."""
        printed = self.site.manage("shell", "-c", LONG_PROJECT.format(purposes=purposes))
        found = re.search(r"made (SV-\d+)", printed)
        assert found, printed
        return found[1]

    def made(self, summary: int) -> Made:
        """How far a summary is."""
        [(job, state, progress, tries, sent, size)] = self.rows(
            "SELECT job.id, job.state, job.progress, job.tries, job.sent_at IS NOT NULL, job.result"
            " FROM projects_summary AS summary JOIN base_job AS job ON job.id = summary.job_id WHERE summary.id = @",
            summary,
        )
        [(lines,)] = self.rows(
            "SELECT count(*) FROM base_entry WHERE action = 'summary.made' AND thing = @", str(summary)
        )
        found = re.search(r"size\W+(\d+)", str(size))
        return Made(
            str(uuid.UUID(str(job))), state, progress, tries, bool(sent), int(found[1]) if found else 0, lines
        )

    def files(self, summary: int) -> list[Path]:
        """What the store holds of a summary."""
        job = self.made(summary).job
        return [
            path
            for path in Path(self.site.env["FILES_DIR"]).rglob("*")
            if path.is_file() and job in path.name
        ]

    def tasks(self, worker: str) -> set[str]:
        """The summaries that a worker has taken and not ended, by the names its log gives them."""
        log = self.site.log(worker)
        taken = re.findall(r"Task jobs\.plan_summary\[(\S+?)\] received", log)
        ended = re.findall(r"Task jobs\.plan_summary\[(\S+?)\] (?:succeeded|raised)", log)
        return set(taken) - set(ended)

    def worker_at_work(self, *names: str) -> str:
        """Which of these workers is making a summary."""
        holding = [name for name in names if self.tasks(name)]
        assert len(holding) == 1, f"one worker makes it, not {holding}"
        return holding[0]

    def no_worker_was_seen(self) -> None:
        """Let the sign of life of earlier workers run out; it would take a minute and a half."""
        self.site.manage("shell", "-c", "from django.core.cache import cache; cache.delete('worker-seen')")

    def again(self, **env: str) -> World:
        """The same site once more, by other settings: for a second web server, worker or clock beside the first."""
        other = copy.copy(self.site)
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            other.port = sock.getsockname()[1]
        other.url = f"http://127.0.0.1:{other.port}"
        other.env = {**self.site.env, "PORT": str(other.port), "SITE_URL": other.url, **env}
        # Its logs and its clock's schedule; data and files stay the same.
        other.var = self.site.var / f"again-{other.port}"
        (other.var / "log").mkdir(parents=True)
        (other.var / "beat").mkdir()
        return World(other)


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The site with its clock, and no worker."""
    with running_site(tmp_path_factory.mktemp("site"), workers=0) as site:
        yield World(site)


@pytest.fixture
def start(world: World) -> Iterator[Callable[..., Any]]:
    """Give a function that starts a process of the site and waits until it is ready; it ends with the test."""
    started = []

    def start_worker(name: str, *, of: World = world) -> Any:
        before = of.site.log(name).count("ready.")
        process = of.site.start_worker(name)
        started.append(process)
        wait_for(f"worker {name} ready", lambda: of.site.log(name).count("ready.") > before, 60)
        return process

    yield start_worker
    for process in started:
        world.site.kill(process)


@pytest.fixture
def lead(world: World) -> Person:
    """The demonstration's lead, signed in."""
    return Person(world.site.url).sign_in("lead@demo.example")


def ask_for_summary(person: Person, reference: str) -> int:
    """Press the button on the page of summaries; gives the summary's number."""
    answer = person.post(f"/projects/{reference}/summaries/ask/")
    found = re.fullmatch(r"/projects/[^/]+/summaries/(\d+)/", answer.url)
    assert answer.status == 200 and found, (answer.status, answer.url)
    return int(found[1])


# --- A cable ---


class Cable:
    """A port of this machine that leads to another, until it is pulled out; `plug` puts it back in."""

    def __init__(self, host: str, port: int) -> None:
        self.there = (host, port)
        self.port = 0
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self.plug()

    def plug(self) -> None:
        """Let calls through."""
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen(50)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._take, args=(self._listener,), daemon=True).start()

    def pull(self) -> None:
        """Break every call, and refuse new ones."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._guard:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _take(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection(self.there)
                with self._guard:
                    self._open |= {near, far}
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._guard:
            self._open.discard(one)
        one.close()
