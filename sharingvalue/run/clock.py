"""Beat's scheduler, with a sign of life: `celery beat --scheduler sharingvalue.run.clock:Clock`."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings


class Clock(PersistentScheduler):
    """Touches VAR_DIR/beat/alive with each task that it could send, for `healthy.py beat` to look at.

    The schedule's own file will not do: some platforms' dbm writes it when beat ends, and not before.
    """

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Send a task as Celery does. Raises what Celery raises, and then leaves no sign."""
        sent = super().apply_async(*args, **kwargs)
        alive = settings.VAR_DIR / "beat" / "alive"
        alive.parent.mkdir(parents=True, exist_ok=True)
        alive.touch()
        return sent
