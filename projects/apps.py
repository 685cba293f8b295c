from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """What is planned, with whom."""

    name = "projects"

    def ready(self) -> None:
        from stakeholders.policies import AFFILIATION_REFUSALS

        from . import loop, policies

        AFFILIATION_REFUSALS.append(policies.would_be_on_both_sides)
        loop.PARTS["idea"].join(progress=loop.idea_progress)
        loop.PARTS["people"].join(progress=loop.people_progress)
        loop.PARTS["information"].join(progress=loop.information_progress, waits=loop.talk_waits)
