"""A real site for tests: web server, workers and beat in processes of their own, with data of its own.

It starts what `make run` starts, by the same commands. Embedded database and broker by default; when the environment
names a database and a Redis, in a fresh database beside that one and under a prefix of its own, so that two sites at
once never meet.
"""

from __future__ import annotations

import atexit
import configparser
import contextlib
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]

#: Seconds until the web server has to answer; a cold start on a busy machine takes a few.
UP_WITHIN = 60
#: Seconds a process gets to end by itself before it is killed.
ENDS_WITHIN = 15

# Reads process groups, a line each, and kills them when its input ends without a farewell: so nothing is left behind
# even when the tests themselves are killed.
GUARD = 'while read -r group; do groups="$groups $group"; done; for group in $groups; do kill -s KILL -- "-$group"; done'


class Site:
    """A site and its processes: start what the test needs, ask it at `url`, `stop()` it in the end."""

    def __init__(self, var: Path, *, demo: bool = True, **env: str) -> None:
        """Take a folder that may be made, and settings for all its processes; nothing is started yet."""
        self.python = sys.executable
        self.var = Path(var).resolve()
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        (self.var / "beat").mkdir(exist_ok=True)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            # What this shell has set for another site would only mislead this one.
            "DEBUG": "0",
            "DEMO": "1" if demo else "0",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "VAR_DIR": str(self.var),
            "FILES_DIR": str(self.var / "files"),
            "BIND": "127.0.0.1",
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            **env,
        }
        # pytest's own mark: a process that finds it in its environment is not the one under test.
        self.env.pop("PYTEST_CURRENT_TEST", None)
        self._database = ""
        self._processes: list[subprocess.Popen[bytes]] = []
        self._guard = subprocess.Popen(["sh", "-c", GUARD], stdin=subprocess.PIPE, start_new_session=True)
        if self.env.get("DATABASE_URL"):
            self._make_database()
        if self.env.get("REDIS_URL"):
            self.env["REDIS_PREFIX"] = f"site-{secrets.token_hex(6)}"

    # --- Commands ---------------------------------------------------------------------------------------------------

    def manage(self, *args: str) -> str:
        """Run `manage.py` with these arguments in the site's environment; gives what it printed.

        Raises AssertionError with all it said when it fails.
        """
        return self._run("manage.py", *args)

    def prepare(self) -> None:
        """Migrate, collect the static files (once for all sites of this run), load the demonstration."""
        if not (self.var / "static").exists():
            shutil.copytree(_static_files() / "static", self.var / "static", copy_function=_link)
            shutil.copy(_static_files() / "static-collected", self.var)
        self._run("sharingvalue/run/prepare.py")

    def _run(self, *args: str) -> str:
        done = subprocess.run(
            [self.python, *args],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise AssertionError(
                f"{shlex.join(args)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
            )
        return done.stdout

    # --- Processes --------------------------------------------------------------------------------------------------

    def start_web(self) -> subprocess.Popen[bytes]:
        """Start the web server and wait until it answers; raises AssertionError with its log when it does not."""
        process = self._start("web", "web")
        # Straight to this machine, whatever proxy the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        latest = time.monotonic() + UP_WITHIN
        while time.monotonic() < latest and process.poll() is None:
            with contextlib.suppress(OSError, urllib.error.HTTPError):
                opener.open(f"{self.url}/healthz", timeout=5).close()
                return process
            time.sleep(0.1)
        raise AssertionError(f"The web server did not come up:\n{self.log('web')}")

    def start_worker(self, name: str = "w1") -> subprocess.Popen[bytes]:
        """Start a worker of this name; its log is `log(name)`. It takes a second or two until it works."""
        return self._start("worker", name, "--hostname", f"{name}@%h")

    def start_beat(self) -> subprocess.Popen[bytes]:
        """Start the clock that sends `jobs.sweep`."""
        return self._start("beat", "beat")

    def kill(self, process: subprocess.Popen[bytes], signum: int = signal.SIGKILL) -> None:
        """Send a signal to a process and all its children; after SIGKILL it has ended when this returns."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        if signum == signal.SIGKILL:
            process.wait(ENDS_WITHIN)

    def log(self, name: str) -> str:
        """What the process of this name ("web", "beat", a worker's name) has logged so far."""
        path = self.var / "log" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """End all that was started here, children included, and remove what it kept outside its folder."""
        try:
            for process in self._processes:
                if process.poll() is None:
                    process.terminate()
            latest = time.monotonic() + ENDS_WITHIN
            for process in self._processes:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.1, latest - time.monotonic()))
        finally:
            for process in self._processes:
                self.kill(process)
            self._processes.clear()
            self._guard.kill()
            self._guard.communicate()
            self._forget()

    def _start(self, program: str, name: str, *more: str) -> subprocess.Popen[bytes]:
        with (self.var / "log" / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*_command(program, self.var), *more],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: its children are ended with it, and Ctrl-C in the tests reaches it through stop().
                start_new_session=True,
            )
        self._processes.append(process)
        assert self._guard.stdin
        self._guard.stdin.write(f"{process.pid}\n".encode())
        self._guard.stdin.flush()
        return process

    # --- Database and Redis of its own ------------------------------------------------------------------------------

    def _make_database(self) -> None:
        import psycopg
        from psycopg import sql

        self._database, name = self.env["DATABASE_URL"], f"site_{secrets.token_hex(6)}"
        with psycopg.connect(self._database, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self.env["DATABASE_URL"] = urlunsplit(urlsplit(self._database)._replace(path=f"/{name}"))

    def _forget(self) -> None:
        if self._database:
            import psycopg
            from psycopg import sql

            name = urlsplit(self.env["DATABASE_URL"]).path.lstrip("/")
            with psycopg.connect(self._database, autocommit=True) as connection:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
            self._database = ""
        if prefix := self.env.get("REDIS_PREFIX"):
            import redis

            with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
                for key in list(client.scan_iter(f"{prefix}*", count=1000)):
                    client.delete(key)


@contextlib.contextmanager
def running_site(
    var: Path, *, demo: bool = True, workers: int = 1, beat: bool = True, **env: str
) -> Iterator[Site]:
    """A prepared site that answers, with so many workers (w1, w2 …) and the clock; all ended afterwards."""
    site = Site(var, demo=demo, **env)
    try:
        site.prepare()
        for number in range(1, workers + 1):
            site.start_worker(f"w{number}")
        if beat:
            site.start_beat()
        site.start_web()
        yield site
    finally:
        site.stop()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _command(program: str, var: Path) -> list[str]:
    """The command of web, worker or beat as `make run` starts it."""
    run = configparser.RawConfigParser()
    run.read(ROOT / "sharingvalue" / "run" / "supervisord.conf")
    name, *rest = shlex.split(run[f"program:{program}"]["command"].replace("%(ENV_VAR_DIR)s", str(var)))
    return [str(Path(sys.executable).with_name(name)), *rest]


@cache
def _static_files() -> Path:
    """A folder with the collected static files, made once: naming and compressing them takes seconds."""
    var = Path(tempfile.mkdtemp(prefix="static-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    program = (
        "import sys; sys.path.insert(0, '.'); sys.path.insert(0, 'sharingvalue/run'); "
        "import prepare; prepare.collect_static_files()"
    )
    env = {
        **os.environ,
        "VAR_DIR": str(var),
        "DEBUG": "0",
        "DEMO": "1",
        "SECRET_KEY": "only-to-collect-static-files",
    }
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return var


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # Another disk.
        shutil.copy2(source, target)
