"""Everything people do that writes, by subject: one atomic function each, with its line of history."""

from .information import (
    purpose_add,
    purpose_edit,
    purpose_move,
    purpose_remove,
    purpose_restore,
)
from .people import (
    participant_edit,
    participant_invite,
    participant_leave,
    participant_remove,
    participant_role,
    sync_permissions,
)
from .project import project_edit, project_start
from .summaries import summary_ask, summary_made, summary_open, summary_revoke, summary_share
from .talk import (
    comment_add,
    comment_edit,
    comment_reply,
    comment_withdraw,
    thread_read,
    thread_reopen,
    thread_resolve,
)

__all__ = [
    "comment_add",
    "comment_edit",
    "comment_reply",
    "comment_withdraw",
    "participant_edit",
    "participant_invite",
    "participant_leave",
    "participant_remove",
    "participant_role",
    "project_edit",
    "project_start",
    "purpose_add",
    "purpose_edit",
    "purpose_move",
    "purpose_remove",
    "purpose_restore",
    "summary_ask",
    "summary_made",
    "summary_open",
    "summary_revoke",
    "summary_share",
    "sync_permissions",
    "thread_read",
    "thread_reopen",
    "thread_resolve",
]
