"""What the workspace hands out: frozen rows, never objects that are tied to the database.

Times are aware datetimes in UTC. File names are those of `workspace.files` (content hash and extension).
"""

from core.workspace.rows.images import Around as Around
from core.workspace.rows.images import GroupKind as GroupKind
from core.workspace.rows.images import GroupRow as GroupRow
from core.workspace.rows.images import ImageFacts as ImageFacts
from core.workspace.rows.images import ImageRow as ImageRow
from core.workspace.rows.images import ImageState as ImageState
from core.workspace.rows.images import Review as Review
from core.workspace.rows.images import StackRow as StackRow
from core.workspace.rows.masks import DraftContent as DraftContent
from core.workspace.rows.masks import DraftRow as DraftRow
from core.workspace.rows.masks import LabelOrigin as LabelOrigin
from core.workspace.rows.masks import LabelRow as LabelRow
from core.workspace.rows.masks import NewLabel as NewLabel
from core.workspace.rows.masks import Origin as Origin
from core.workspace.rows.masks import RevisionRow as RevisionRow
from core.workspace.rows.masks import Scope as Scope
from core.workspace.rows.reviews import AuditRow as AuditRow
from core.workspace.rows.reviews import GuessRow as GuessRow
from core.workspace.rows.reviews import PlantedRow as PlantedRow
from core.workspace.rows.reviews import ReviewRow as ReviewRow
from core.workspace.rows.reviews import Verdict as Verdict
from core.workspace.rows.tasks import PersonRow as PersonRow
from core.workspace.rows.tasks import ReviewRules as ReviewRules
from core.workspace.rows.tasks import TaskClass as TaskClass
from core.workspace.rows.tasks import TaskRow as TaskRow
from core.workspace.rows.versions import ACTIVE as ACTIVE
from core.workspace.rows.versions import JobRow as JobRow
from core.workspace.rows.versions import JobStatus as JobStatus
from core.workspace.rows.versions import NewVersion as NewVersion
from core.workspace.rows.versions import Purpose as Purpose
from core.workspace.rows.versions import VersionEvent as VersionEvent
from core.workspace.rows.versions import VersionRow as VersionRow
