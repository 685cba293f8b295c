"""What a project holds, by subject."""

from .information import Purpose
from .people import Participant, Role
from .project import (
    Information,
    Project,
    ProjectGroupPermission,
    ProjectUserPermission,
    Stage,
    StageChange,
    Use,
)
from .summaries import Edition, Summary, SummaryLink
from .talk import Comment, Thread, ThreadReading

__all__ = [
    "Comment",
    "Edition",
    "Information",
    "Participant",
    "Project",
    "ProjectGroupPermission",
    "ProjectUserPermission",
    "Purpose",
    "Role",
    "Stage",
    "StageChange",
    "Summary",
    "SummaryLink",
    "Thread",
    "ThreadReading",
    "Use",
]
