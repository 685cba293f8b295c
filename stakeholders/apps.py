from django.apps import AppConfig


class StakeholdersConfig(AppConfig):
    """Who is out there: people, organisations, who belongs where; signing in."""

    name = "stakeholders"
    verbose_name = "People and organisations"

    def ready(self) -> None:
        from . import policies  # noqa: F401  (its rules join the one table)
