"""What a person made and must never lose: tasks, images, drafts, masks, reviews, labels, versions, jobs.

Keeps everything of the way from image to mask to correction to better model, and knows nothing of how any of
it is computed. Frozen rows come out; all writing goes through `Workspace`.
"""

from core.workspace.assignments import Share as Share
from core.workspace.assignments import Shares as Shares
from core.workspace.image_rows import Show as Show
from core.workspace.masks import NewRevision as NewRevision
from core.workspace.masks import is_trainable as is_trainable
from core.workspace.review_pages import Drawn as Drawn
from core.workspace.review_pages import ReviewItem as ReviewItem
from core.workspace.review_pages import ReviewOrder as ReviewOrder
from core.workspace.review_pages import ReviewPlace as ReviewPlace
from core.workspace.reviews import NewReview as NewReview
from core.workspace.reviews import NotTaken as NotTaken
from core.workspace.reviews import Seen as Seen
from core.workspace.rows import ACTIVE as ACTIVE
from core.workspace.rows import Around as Around
from core.workspace.rows import AuditRow as AuditRow
from core.workspace.rows import DraftContent as DraftContent
from core.workspace.rows import DraftRow as DraftRow
from core.workspace.rows import GroupKind as GroupKind
from core.workspace.rows import GuessRow as GuessRow
from core.workspace.rows import ImageFacts as ImageFacts
from core.workspace.rows import ImageRow as ImageRow
from core.workspace.rows import JobRow as JobRow
from core.workspace.rows import LabelRow as LabelRow
from core.workspace.rows import NewLabel as NewLabel
from core.workspace.rows import NewVersion as NewVersion
from core.workspace.rows import PersonRow as PersonRow
from core.workspace.rows import PlantedRow as PlantedRow
from core.workspace.rows import Purpose as Purpose
from core.workspace.rows import Review as Review
from core.workspace.rows import ReviewRow as ReviewRow
from core.workspace.rows import ReviewRules as ReviewRules
from core.workspace.rows import RevisionRow as RevisionRow
from core.workspace.rows import Scope as Scope
from core.workspace.rows import StackRow as StackRow
from core.workspace.rows import TaskClass as TaskClass
from core.workspace.rows import TaskRow as TaskRow
from core.workspace.rows import Verdict as Verdict
from core.workspace.rows import VersionRow as VersionRow
from core.workspace.workspace import Workspace as Workspace
