from django.apps import AppConfig


class BaseConfig(AppConfig):
    """What every app stands on, knowing none of them."""

    name = "sharingvalue.base"
    label = "base"
