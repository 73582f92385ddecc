"""What a person made and must never lose: tasks, images, drafts, revisions, labels, versions and jobs.

Keeps everything of the way from image to mask to correction to better model, and knows nothing of how any of
it is computed. Frozen rows come out; all writing goes through `Workspace`.
"""

from core.workspace.drafts import DraftContent
from core.workspace.image_rows import Show
from core.workspace.labels import NewLabel
from core.workspace.masks import NewRevision, is_locked_rank, is_trainable
from core.workspace.rows import (
    Around,
    DraftRow,
    ImageFacts,
    ImageRow,
    ImageState,
    JobRow,
    JobStatus,
    LabelRow,
    Origin,
    Purpose,
    RevisionRow,
    TaskCounts,
    TaskRow,
    VersionEvent,
    VersionRow,
    VersionStatus,
)
from core.workspace.versions import NewVersion
from core.workspace.workspace import Workspace

__all__ = [
    "Around",
    "DraftContent",
    "DraftRow",
    "ImageFacts",
    "ImageRow",
    "ImageState",
    "JobRow",
    "JobStatus",
    "LabelRow",
    "NewLabel",
    "NewRevision",
    "NewVersion",
    "Origin",
    "Purpose",
    "RevisionRow",
    "Show",
    "TaskCounts",
    "TaskRow",
    "VersionEvent",
    "VersionRow",
    "VersionStatus",
    "Workspace",
    "is_locked_rank",
    "is_trainable",
]
