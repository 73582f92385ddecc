"""What the workspace hands out: frozen rows, never objects that are tied to the database.

Times are aware datetimes in UTC. File names are those of `core.workspace.blobs` (content hash and extension).
"""

from core.workspace.rows.images import (
    Around,
    GroupKind,
    GroupRow,
    ImageFacts,
    ImageKind,
    ImageRow,
    ImageState,
    Review,
    StackRow,
)
from core.workspace.rows.masks import DraftRow, LabelOrigin, LabelRow, Origin, RevisionRow, Scope
from core.workspace.rows.reviews import AuditRow, GuessRow, PlantedRow, ReviewRow, Verdict
from core.workspace.rows.tasks import PersonRow, ReviewRules, TaskClass, TaskCounts, TaskRow
from core.workspace.rows.versions import (
    ACTIVE,
    JobRow,
    JobStatus,
    Purpose,
    VersionEvent,
    VersionRow,
    VersionStatus,
)

__all__ = [
    "ACTIVE",
    "Around",
    "AuditRow",
    "DraftRow",
    "GroupKind",
    "GroupRow",
    "GuessRow",
    "ImageFacts",
    "ImageKind",
    "ImageRow",
    "ImageState",
    "JobRow",
    "JobStatus",
    "LabelOrigin",
    "LabelRow",
    "Origin",
    "PersonRow",
    "PlantedRow",
    "Purpose",
    "Review",
    "ReviewRow",
    "ReviewRules",
    "RevisionRow",
    "Scope",
    "StackRow",
    "TaskClass",
    "TaskCounts",
    "TaskRow",
    "Verdict",
    "VersionEvent",
    "VersionRow",
    "VersionStatus",
]
