from django.apps import AppConfig


class SharingValueConfig(AppConfig):
    """The composition: home, public pages, demonstration."""

    name = "sharingvalue"
