"""The workspace: a folder that keeps what a person made and must never lose.

workspace.db        rows (SQLite, WAL)
files/ab/HASH.ext   images, masks, layers by content; never changed
versions/           models of the tasks, each a folder with weights and card
jobs/ID/            log of each background job
experiments/ ...    folders that the store hands out: experiments, their data, exports
cache/              predictions and thumbnails; may be deleted at any time
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.config import database_url, files_url
from core.errors import NotAllowedError, StoreError
from core.watching import OnProgress
from core.workspace.adjudicators import Adjudicators
from core.workspace.assignments import Assignments
from core.workspace.audit import Audit
from core.workspace.drafts import Drafts
from core.workspace.files.blobs import BlobStore
from core.workspace.files.cache import Cache
from core.workspace.files.check import lost_files, lost_versions
from core.workspace.files.copying import copy_all
from core.workspace.files.places import Place, place_of
from core.workspace.gold import Gold
from core.workspace.groups import Groups
from core.workspace.images import Images
from core.workspace.jobs import Jobs
from core.workspace.labels import Labels
from core.workspace.masks import Masks
from core.workspace.persons import Persons
from core.workspace.planted import Planted
from core.workspace.presence import Presence
from core.workspace.quality import Quality
from core.workspace.review_pages import ReviewPages
from core.workspace.reviews import Reviews
from core.workspace.roles import Action
from core.workspace.settings import Settings
from core.workspace.sql.database import Database
from core.workspace.sql.migrate import migrate
from core.workspace.tables import TaskTable
from core.workspace.tasks import Tasks, seed_tasks
from core.workspace.truth import Truth
from core.workspace.versions import Versions

DATABASE_NAME = "workspace.db"


class Workspace:
    """An open workspace; safe to share between threads, and open in many processes at once.

    Attributes:
        address: What opens it again, in this process or in another one.
        persons: Who works in it.
        tasks: What is being segmented.
        images: Images of the tasks.
        groups: Which images must not be separated.
        assignments: Which images were given to whom.
        drafts: What the editor shows each person of an image.
        masks: Saved masks.
        truth: Which mask of an image counts.
        gold: Which images readers are compared on.
        reviews: What reviewers said of masks.
        review_pages: Makes the queue of masks of a task that wait for a verdict, or have one; see
            `ReviewPages`.
        adjudicators: Who settles where readers differ.
        planted: What reviewers said of masks with an error on purpose.
        quality: How good each version's masks are thought to be.
        presence: Who is on which image now.
        labels: What a person called each image.
        versions: Rows of model versions.
        jobs: Rows of background jobs.
        settings: Values by name.
        audit: Who did what, and when.
        files: Files by content.
        cache: What can be made again.
    """

    def __init__(self, root: Path, database: Database, place: Place) -> None:
        self._root = root
        self._database = database
        self._place = place
        self.address = str(root)
        self.files = BlobStore(place)
        self.cache = Cache(root / "cache")
        parts = database, self.files, self.cache
        self.persons = Persons(*parts)
        self.tasks = Tasks(*parts)
        self.images = Images(*parts)
        self.groups = Groups(*parts)
        self.assignments = Assignments(*parts)
        self.drafts = Drafts(*parts)
        self.masks = Masks(*parts)
        self.truth = Truth(*parts)
        self.gold = Gold(*parts)
        self.reviews = Reviews(*parts)
        self.review_pages = partial(ReviewPages, *parts)
        self.adjudicators = Adjudicators(*parts)
        self.planted = Planted(*parts)
        self.quality = Quality(*parts)
        self.presence = Presence(*parts)
        self.labels = Labels(*parts)
        self.versions = Versions(*parts)
        self.jobs = Jobs(*parts)
        self.settings = Settings(*parts)
        self.audit = Audit(*parts)

    @classmethod
    def open(
        cls, root: Path | str, *, rows_at: str | None = None, files_at: str | None = None, seed: bool = True
    ) -> Workspace:
        """The workspace in that folder, made or migrated where needed.

        The cache, experiments and exports stay in the folder wherever its rows and files are.

        Args:
            root: The folder.
            rows_at: Address of a database, "" for a file in the folder, None for `DATABASE_URL`.
            files_at: Address of the files, "" for the folder, None for `FILES_URL`.
            seed: Give a new one the tasks that every workspace begins with.

        Raises:
            StoreError: The folder cannot be made, a newer program has written it, or a server does not
                answer.
        """
        root = Path(root).expanduser().absolute()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                "The workspace folder {root} cannot be made ({strerror}); choose another folder.",
                root=root,
                strerror=error.strerror,
            ) from error
        place = place_of(root, files_url() if files_at is None else files_at)
        database = Database((database_url() if rows_at is None else rows_at) or root / DATABASE_NAME)
        try:
            if migrate(database):
                logging.getLogger(__name__).info("workspace %s brought to the newest schema", root)
            if seed:
                _seed(database)
        except BaseException:
            database.close()
            raise
        return cls(root, database, place)

    @staticmethod
    def is_at(root: Path, rows_at: str | None = None) -> bool:
        """Whether there is one to open: its rows are in the folder, or on a server.

        Args:
            rows_at: As `open` takes it.
        """
        return bool(database_url() if rows_at is None else rows_at) or (root / DATABASE_NAME).is_file()

    def acting_as(self, name: str) -> Workspace:
        """The same workspace for somebody who signed in: what their role does not allow is refused."""
        return Workspace(self._root, self._database.acting_as(name), self._place)

    def queue_of(self, name: str) -> Workspace:
        """The same workspace, in which only images that were given to somebody are seen."""
        return Workspace(self._root, self._database.queue_of(name), self._place)

    def __reduce__(self) -> tuple[Any, ...]:
        """How a worker of a cluster opens it: the same store, once for each process."""
        if self._database.actor is not None or self._database.queue is not None:
            raise TypeError("what somebody may do goes to no other machine")
        return _opened, (self.address, self._database.address, self._place.address)

    def one_run(self) -> AbstractContextManager[None]:
        """All that this thread reads inside is one state of the store, until it writes."""
        return self._database.one_run()

    def require(self, action: Action) -> None:
        """Go on only where the person who acts may do that.

        Raises:
            NotAllowedError: They may not.
        """
        self._database.require(action)

    def may(self, action: Action) -> bool:
        """Whether the person who acts may do that; where nobody signs in, everybody may."""
        try:
            self.require(action)
        except NotAllowedError:
            return False
        return True

    def folder(self, name: str) -> Path:
        """A folder on this machine that lies with the workspace, such as that of experiments or exports."""
        return self._root / name

    def lost_files(self) -> Iterator[str]:
        """One line for each file of a row that is missing or damaged."""
        yield from lost_files(self._database, self.files)
        yield from lost_versions(self._database, self.versions)

    def copy_to(self, target: Workspace, on_progress: OnProgress) -> tuple[int, list[str]]:
        """Copy every row and file to a workspace that holds nothing; see `copy_all`."""
        return copy_all((self._database, self._place), (target._database, target._place), on_progress)

    def plain_errors(self) -> AbstractContextManager[None]:
        """Turns what the disk says inside into a `StoreError` with one sentence."""
        return self._database.plain_errors()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@cache
def _opened(root: str, rows_at: str, files_at: str) -> Workspace:
    if not Workspace.is_at(Path(root), rows_at):
        raise StoreError(
            "This machine ({machine}) does not see the workspace {root}; give the workers the same folder, "
            "or use DATABASE_URL and FILES_URL.",
            machine=socket.gethostname(),
            root=root,
        )
    return Workspace.open(root, rows_at=rows_at, files_at=files_at, seed=False)


def _seed(database: Database) -> None:
    with database.reading() as session:
        if session.scalar(select(TaskTable.id).limit(1)) is not None:
            return
    with database.writing() as session:
        if session.scalar(select(TaskTable.id).limit(1)) is None:
            seed_tasks(session)
