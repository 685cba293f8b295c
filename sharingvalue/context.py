"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from . import demonstration


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is a demonstration, who can be looked at it as, and the site's own address."""
    context: dict[str, Any] = {"demo": settings.DEMO, "site_url": settings.SITE_URL}
    if settings.DEMO:
        email = getattr(request.user, "email", "") if hasattr(request, "user") else ""
        context["demo_people"] = [
            {**person, "current": person["email"] == email} for person in demonstration.PEOPLE
        ]
    return context
