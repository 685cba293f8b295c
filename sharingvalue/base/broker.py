"""The embedded broker: messages are files of one folder, each there as a whole or not at all."""

from __future__ import annotations

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """kombu's own opens the file under its name and then fills it: a reader that comes in between ends its worker."""

    # kombu's two base classes name this argument differently.
    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        part = Path(self.data_folder_out) / f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.part"
        part.write_text(dumps(payload))
        part.rename(part.with_suffix(".msg"))


class Transport(filesystem.Transport):
    """Files, by the channel above."""

    Channel = Channel
