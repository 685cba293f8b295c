from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """What was learnt, and who gets it."""

    name = "insights"

    def ready(self) -> None:
        from projects import loop

        from . import policies, sharing  # noqa: F401  (its rules join the one table)

        loop.PARTS["use"].join(progress=sharing.progress, waits=sharing.waits, sections=sharing.sections)
