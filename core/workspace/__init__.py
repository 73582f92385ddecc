"""What a person made and must never lose: tasks, images, drafts, masks, reviews, labels, versions, jobs.

Keeps everything of the way from image to mask to correction to better model, and knows nothing of how any of
it is computed. Frozen rows come out; all writing goes through `Workspace`.
"""

from core.workspace.assignments import Share, Shares
from core.workspace.drafts import DraftContent
from core.workspace.groups import Moved, is_locked_rank
from core.workspace.image_rows import Show
from core.workspace.labels import NewLabel
from core.workspace.masks import NewRevision, is_trainable
from core.workspace.review_pages import Drawn, ReviewItem, ReviewOrder, ReviewPlace
from core.workspace.reviews import NewReview, NotTaken, Seen
from core.workspace.rows import (
    ACTIVE,
    Around,
    AuditRow,
    DraftRow,
    GroupKind,
    GroupRow,
    GuessRow,
    ImageFacts,
    ImageRow,
    ImageState,
    JobRow,
    JobStatus,
    LabelRow,
    Origin,
    PersonRow,
    PlantedRow,
    Purpose,
    Review,
    ReviewRow,
    ReviewRules,
    RevisionRow,
    Scope,
    StackRow,
    TaskClass,
    TaskCounts,
    TaskRow,
    Verdict,
    VersionEvent,
    VersionRow,
    VersionStatus,
)
from core.workspace.versions import NewVersion
from core.workspace.workspace import Workspace

__all__ = [
    "ACTIVE",
    "Around",
    "StackRow",
    "AuditRow",
    "DraftContent",
    "DraftRow",
    "Drawn",
    "GroupKind",
    "GroupRow",
    "GuessRow",
    "ImageFacts",
    "ImageRow",
    "ImageState",
    "JobRow",
    "JobStatus",
    "LabelRow",
    "Moved",
    "NewLabel",
    "NewReview",
    "NewRevision",
    "NewVersion",
    "NotTaken",
    "Origin",
    "PersonRow",
    "PlantedRow",
    "Purpose",
    "Review",
    "ReviewItem",
    "ReviewOrder",
    "ReviewPlace",
    "ReviewRow",
    "ReviewRules",
    "RevisionRow",
    "Scope",
    "Seen",
    "Share",
    "Shares",
    "Show",
    "TaskClass",
    "TaskCounts",
    "TaskRow",
    "Verdict",
    "VersionEvent",
    "VersionRow",
    "VersionStatus",
    "Workspace",
    "is_locked_rank",
    "is_trainable",
]
