"""Brings the database, the cache table, the demonstration data and the static files up to date, for `make run`.

One process for all of it: each start of Django takes a second, and a second `make run` should be quick.
"""

import hashlib
import io
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharingvalue.settings")

import django  # noqa: E402 (the path comes first)

django.setup()

from django.conf import settings  # noqa: E402 (Django comes first)
from django.contrib.staticfiles.finders import get_finders  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402


def say(sentence: str) -> None:
    """Print a line at once."""
    print(sentence, flush=True)


def migrate() -> None:
    """Apply the migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    todo = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if todo:
        say(f"Bringing the database up to date: {len(todo)} migrations.")
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect_static_files() -> None:
    """Collect, name by content and compress the static files, if any of them changed."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    stamp = settings.VAR_DIR / "static-collected"
    seen = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda item: item[0]):
            stat = Path(storage.path(name)).stat()
            seen.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    if manifest.exists() and stamp.exists() and stamp.read_text() == seen.hexdigest():
        return
    say("Collecting and compressing the static files.")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(seen.hexdigest())


def load_demonstration() -> None:
    """Load the demonstration data that is not there yet."""
    say("Loading the demonstration data, where it is not there yet.")
    call_command("demo", stdout=io.StringIO())


if __name__ == "__main__":
    migrate()
    collect_static_files()
    if settings.DEMO:
        load_demonstration()
