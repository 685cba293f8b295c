"""Makes guardian's rows say what participants say, or reports where they differ."""

from django.core.management.base import BaseCommand, CommandError

from projects.actions.people import sync_permissions, wanted_rows
from projects.models import Project
from sharingvalue.base.access import rows_of


class Command(BaseCommand):
    """`sync_permissions [--check]`: derive permission rows anew from who takes part."""

    help = "Derives the permission rows of every project from its participants; --check only reports drift."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit status 1 when a row differs"
        )

    def handle(self, *args, check: bool = False, **options):
        drifted = 0
        for project in Project.objects.order_by("pk").iterator(chunk_size=500):
            if rows_of(project) == {holder: rows for holder, rows in wanted_rows(project).items() if rows}:
                continue
            drifted += 1
            self.stdout.write(f"{project.reference}: rows differ from its participants")
            if not check:
                sync_permissions(project)
        if drifted and check:
            raise CommandError(f"{drifted} project(s) differ. Run sync_permissions to mend them.")
        self.stdout.write(
            "Permission rows say what participants say." if not drifted else f"Mended {drifted}."
        )
