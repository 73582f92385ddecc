"""The tables of the store. Nothing here that PostgreSQL could not hold; changes go through `migrations/`.

Only the modules of this package see these classes; everybody else gets the frozen rows of
`core.workspace.rows`.
"""

from core.workspace.tables.base import Table, UtcDateTime, as_row, utc_now
from core.workspace.tables.images import GroupTable, ImageTable
from core.workspace.tables.masks import DraftTable, LabelTable, RevisionTable
from core.workspace.tables.reviews import AuditTable, PlantedTable, QualityTable, ReviewTable
from core.workspace.tables.tasks import LastLookTable, PersonTable, SettingTable, TaskTable
from core.workspace.tables.versions import JobProgressTable, JobTable, VersionEventTable, VersionTable

__all__ = [
    "AuditTable",
    "DraftTable",
    "GroupTable",
    "ImageTable",
    "JobProgressTable",
    "JobTable",
    "LabelTable",
    "LastLookTable",
    "PersonTable",
    "PlantedTable",
    "QualityTable",
    "ReviewTable",
    "RevisionTable",
    "SettingTable",
    "Table",
    "TaskTable",
    "UtcDateTime",
    "VersionEventTable",
    "VersionTable",
    "as_row",
    "utc_now",
]
