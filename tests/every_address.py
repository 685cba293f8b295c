"""Asks every address once, as the lead, and tells which heavy libraries that loaded."""

import logging
import sys

from . import mutate

HEAVY = ("weasyprint", "polars", "altair", "vl_convert", "openpyxl")


def main() -> int:
    """Ask them all in the world of the tests."""
    from django.db import transaction

    from .factories import build_world
    from .request_table import all_rows, ask, clients

    logging.disable(logging.CRITICAL)
    with transaction.atomic():
        world = build_world()
        browsers = clients(world)
        for row in all_rows():
            if problem := ask(world, browsers, row, "L"):
                print(row.method, row.name, row.label, problem, file=sys.stderr)
                return 1
        transaction.set_rollback(True)
    print("heavy:", ", ".join(name for name in HEAVY if name in sys.modules) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(mutate.alone(main))
