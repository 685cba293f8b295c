"""What may stand in an address."""

from django.urls import register_converter


class Reference:
    """A project's reference, SV-0001: anything else leads nowhere, before a database is asked about it."""

    regex = "SV-[0-9]{4,9}"

    def to_python(self, value: str) -> str:
        """The reference as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """The reference as it stands."""
        return value


def register() -> None:
    """Let addresses say <reference:…>; doing it twice changes nothing."""
    from django.urls.converters import get_converters

    if "reference" not in get_converters():
        register_converter(Reference, "reference")
