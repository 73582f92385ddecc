"""The workspace: a folder that keeps what a person made and must never lose.

workspace.db        rows (SQLite, WAL)
files/ab/HASH.ext   images, masks, layers by content; never changed
versions/           models of the tasks, each a folder with weights and card
jobs/ID/            progress and log of each background job
cache/              predictions and thumbnails; may be deleted at any time
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from sqlalchemy import select

from core.errors import StoreError
from core.workspace.blobs import BlobStore
from core.workspace.cache import Cache
from core.workspace.database import Database
from core.workspace.drafts import Drafts
from core.workspace.images import Images
from core.workspace.jobs import Jobs
from core.workspace.labels import Labels
from core.workspace.masks import Masks
from core.workspace.migrate import migrate
from core.workspace.settings import Settings
from core.workspace.tables import TaskTable
from core.workspace.tasks import Tasks, seed_tasks
from core.workspace.versions import Versions

DATABASE_NAME = "workspace.db"


class Workspace:
    """An open workspace; safe to share between threads, and open in many processes at once.

    Attributes:
        root: The folder, absolute.
        tasks: What is being segmented.
        images: Images of the tasks.
        drafts: What the editor shows of each image.
        masks: Saved masks.
        labels: What a person called each image.
        versions: Rows of model versions.
        jobs: Rows of background jobs.
        settings: Values by name.
        files: Files by content.
        cache: What can be made again.
    """

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self._database = database
        self.files = BlobStore(root / "files")
        self.cache = Cache(root / "cache")
        self.tasks = Tasks(database)
        self.images = Images(database, self.files, self.cache)
        self.drafts = Drafts(database)
        self.masks = Masks(database, self.files)
        self.labels = Labels(database)
        self.versions = Versions(database)
        self.jobs = Jobs(database)
        self.settings = Settings(database)

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """The workspace in that folder, made or migrated where needed.

        Raises:
            StoreError: The folder cannot be made or written, or a newer program has written it.
        """
        root = root.expanduser().absolute()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The workspace folder {root} cannot be made ({error.strerror}); choose another folder."
            ) from error
        database = Database(root / DATABASE_NAME)
        try:
            if migrate(database):
                logging.getLogger(__name__).info("workspace %s brought to the newest schema", root)
            _seed(database)
        except BaseException:
            database.close()
            raise
        return cls(root, database)

    def plain_errors(self) -> AbstractContextManager[None]:
        """Turns what the disk says inside into a `StoreError` with one sentence."""
        return self._database.plain_errors()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _seed(database: Database) -> None:
    with database.reading() as session:
        if session.scalar(select(TaskTable.id).limit(1)) is not None:
            return
    with database.writing() as session:
        if session.scalar(select(TaskTable.id).limit(1)) is None:
            seed_tasks(session)
