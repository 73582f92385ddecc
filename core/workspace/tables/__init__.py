"""The tables of the store. Nothing here that PostgreSQL could not hold; changes go through `migrations/`.

Only the modules of this package see these classes; everybody else gets the frozen rows of
`core.workspace.rows`.
"""

from core.workspace.tables.base import Table as Table
from core.workspace.tables.base import as_row as as_row
from core.workspace.tables.base import as_table as as_table
from core.workspace.tables.base import utc_now as utc_now
from core.workspace.tables.images import GroupTable as GroupTable
from core.workspace.tables.images import ImageTable as ImageTable
from core.workspace.tables.masks import DraftTable as DraftTable
from core.workspace.tables.masks import LabelTable as LabelTable
from core.workspace.tables.masks import RevisionTable as RevisionTable
from core.workspace.tables.reviews import AdjudicatorTable as AdjudicatorTable
from core.workspace.tables.reviews import AuditTable as AuditTable
from core.workspace.tables.reviews import PlantedTable as PlantedTable
from core.workspace.tables.reviews import QualityTable as QualityTable
from core.workspace.tables.reviews import ReviewTable as ReviewTable
from core.workspace.tables.tasks import LastLookTable as LastLookTable
from core.workspace.tables.tasks import PersonTable as PersonTable
from core.workspace.tables.tasks import SettingTable as SettingTable
from core.workspace.tables.tasks import TaskTable as TaskTable
from core.workspace.tables.versions import JobProgressTable as JobProgressTable
from core.workspace.tables.versions import JobTable as JobTable
from core.workspace.tables.versions import VersionEventTable as VersionEventTable
from core.workspace.tables.versions import VersionTable as VersionTable

FILE_COLUMNS = (
    *(ImageTable.file, ImageTable.reference_file),
    *(RevisionTable.mask_file, RevisionTable.layer_file, ReviewTable.mask_file),
)
"""Every column that names a file."""
