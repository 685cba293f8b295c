"""Renders a PDF summary without the web server."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from projects.models import Project
from projects.plan import for_reader, plan_of
from projects.summaries import render
from projects.take_away import summary_input


class Command(BaseCommand):
    """`summary REFERENCE [--kind plan] [--edition full|reader] -o FILE`."""

    help = "Renders a project's summary as a PDF file."

    def add_arguments(self, parser):
        parser.add_argument("reference")
        parser.add_argument("--kind", choices=["plan"], default="plan")
        parser.add_argument("--edition", choices=["full", "reader"], default="full")
        parser.add_argument("-o", "--output", required=True)

    def handle(self, *args, reference: str, output: str, edition: str, **options):
        try:
            project = Project.objects.get(reference__iexact=reference)
        except Project.DoesNotExist as error:
            raise CommandError(f"There is no project {reference}.") from error
        plan = plan_of(project)
        data = summary_input(for_reader(plan) if edition == "reader" else plan)
        content = render(data, timezone.now())
        Path(output).write_bytes(content)
        self.stdout.write(f"{output}: {len(content):,} bytes")
