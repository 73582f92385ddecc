"""Drafts: what the editor shows each person of an image, on disk before it is acknowledged.

Everybody has drafts of their own. Who has none of an image begins from the one that belongs to nobody: what
was saved last, else a mask that came along, else what was drawn before persons were told apart.

Two rules keep the tabs of one person from harming each other. A message of the tab that wrote last is taken
if its sequence number is higher than the last one (else it came late and changes nothing). A message of
another tab is taken if that tab had seen the newest revision of the draft (`base_revision`), else the person
is asked which of the two goes on.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import StaleDraftError
from core.workspace.names import name_key
from core.workspace.persons import existing_or_new, id_of
from core.workspace.rows import DraftContent, DraftRow
from core.workspace.seen import existing_image
from core.workspace.sql.existing import existing_version
from core.workspace.sql.part import StorePart, once
from core.workspace.tables import DraftTable, ImageTable, PersonTable, as_row, utc_now

SERVER = "server"
"""Client that stands for the program itself (starting points, restored revisions); no tab is called so."""


class Drafts(StorePart):
    """The drafts of a workspace."""

    @once
    def get(self, image_id: int, who: str | None = None) -> DraftRow | None:
        """The draft that a person goes on with: their own, else the one that belongs to nobody, else None.

        Without a person, the one that was written last, whoever's it is.
        """
        query = select(DraftTable, PersonTable).outerjoin(PersonTable).where(DraftTable.image_id == image_id)
        if who is None:
            query = query.order_by(DraftTable.updated_at.desc(), DraftTable.id.desc())
        else:
            nobodys = DraftTable.person_id.is_(None)
            query = query.where((PersonTable.key == name_key(who)) | nobodys).order_by(nobodys)
        with self._database.reading() as session:
            found = session.execute(query.limit(1)).first()
            return None if found is None else _to_row(session, found[0])

    def unsaved_layers(self, task_id: int) -> list[bytes]:
        """The layers of a task's drafts with something unsaved, in one query; empty ones are left out."""
        unsaved = DraftTable.has_unsaved_changes & DraftTable.layer_png.is_not(None)
        query = select(DraftTable.layer_png).join(ImageTable).where(ImageTable.task_id == task_id, unsaved)
        with self._database.reading() as session:
            return [layer_png for layer_png in session.scalars(query) if layer_png is not None]

    def put(
        self,
        image_id: int,
        *,
        who: str,
        version_id: int | None,
        threshold: float,
        layer_png: bytes | None,
        client_id: str,
        sequence: int,
        seconds: float,
        base_revision: int | None = None,
        take_over: bool = False,
    ) -> DraftRow:
        """The draft as it is on disk after this message; a late message leaves it as it is.

        Args:
            version_id: Model version under the layer.
            threshold: In [0, 1].
            layer_png: Correction layer, checked by the caller; None for an empty one.
            sequence: Number of the message, rising within a tab.
            base_revision: Revision of the draft that the tab had seen when it opened the image, None for
                none.
            take_over: The person chose this tab.

        Raises:
            StaleDraftError: Another tab has written what this one has not seen; nothing is changed.
            StoreError: The image is gone, or the disk is full; the draft before is untouched.
            ValueError: A threshold outside [0, 1].
        """
        content = DraftContent(threshold, layer_png, version_id, seconds)
        with self._database.writing(alone=False) as session:
            # Before the image: it may have to be alone, and who is alone may wait for that image.
            person = existing_or_new(session, who, is_known=False)
            image = existing_image(session, image_id)
            draft = draft_of(session, image_id, person.id)
            is_own = draft is not None and draft.client_id == client_id
            if draft is not None and is_own and sequence <= draft.sequence:
                return _to_row(session, draft)
            if draft is not None and not (is_own or base_revision == draft.revision or take_over):
                raise StaleDraftError(
                    "This image has been drawn on in another tab since you opened it here; choose "
                    "which of the two goes on."
                )
            draft = draft or new_draft(session, image_id, person.id)
            write_draft(session, image, draft, content, client_id=client_id, sequence=sequence)
            return _to_row(session, draft)

    def start_from(
        self, image_id: int, content: DraftContent, who: str | None = None, *, filled: bool = False
    ) -> DraftRow:
        """Lay a draft down from outside any tab; tabs open on the image are told at their next stroke.

        Args:
            who: Whose it is; None for the one that everybody begins from.
            filled: It was filled in between drawn slices; so it is called until it is changed.
        """
        with self._database.writing() as session:
            image = existing_image(session, image_id)
            person_id = None if who is None else existing_or_new(session, who).id
            draft = draft_of(session, image_id, person_id) or new_draft(session, image_id, person_id)
            write_draft(session, image, draft, content)
            draft.filled = filled
            session.flush()
            return _to_row(session, draft)

    def begin_anew(
        self, image_id: int, content: DraftContent, who: str, *, in_place_of_saved: bool = False
    ) -> DraftRow:
        """A person's own draft; who has none begins from this, whatever others have drawn of the image.

        Args:
            in_place_of_saved: Who has a draft that a revision holds begins from this too.
        """
        with self._database.writing() as session:
            image = existing_image(session, image_id)
            person_id = existing_or_new(session, who, is_known=False).id
            draft = draft_of(session, image_id, person_id)
            is_saved = draft is not None and not draft.has_unsaved_changes and not holds(draft, content)
            if draft is None or (in_place_of_saved and is_saved):
                draft = draft or new_draft(session, image_id, person_id)
                write_draft(session, image, draft, content)
                draft.has_unsaved_changes = False
                mark_unsaved(session, image)
            return _to_row(session, draft)

    def hand_over(self, clients: Mapping[int, str], giver: str, taker: str) -> None:
        """Make somebody's unsaved drafts another's, where that one has none of the image.

        Args:
            clients: Which tab has drawn on each image; what another one drew stays.
            giver: Whose they are, such as the name of whoever has not given one.
            taker: Whose they are from now on.
        """
        with self._database.writing() as session:
            giver_id, taker_id = session.scalar(select(id_of(giver))), existing_or_new(session, taker).id
            for image_id, client_id in sorted(clients.items()):
                draft = None if giver_id is None else draft_of(session, image_id, giver_id)
                if draft is None:
                    continue
                existing_image(session, image_id)
                # A stroke that came before the image was taken.
                session.refresh(draft)
                if draft.client_id != client_id or not draft.has_unsaved_changes:
                    continue
                if draft_of(session, image_id, taker_id) is None:
                    draft.person_id = taker_id


def draft_of(session: Session, image_id: int, person_id: int | None) -> DraftTable | None:
    """The draft of exactly that person; None stands for nobody's."""
    same = (DraftTable.image_id == image_id) & DraftTable.person_id.is_not_distinct_from(person_id)
    return session.scalars(select(DraftTable).where(same)).first()


def new_draft(session: Session, image_id: int, person_id: int | None) -> DraftTable:
    """A person's first draft of an image, to be written; None stands for nobody's."""
    # Its revisions go on from those of the draft that was seen before there was an own one.
    begun_from = draft_of(session, image_id, None)
    revision = 0 if begun_from is None else begun_from.revision
    return DraftTable(image_id=image_id, person_id=person_id, revision=revision)


def write_draft(
    session: Session,
    image: ImageTable,
    draft: DraftTable,
    content: DraftContent,
    *,
    client_id: str = SERVER,
    sequence: int = 0,
) -> None:
    """Write a person's draft of an `existing_image`; what it holds already is not called changed."""
    if not 0.0 <= content.threshold <= 1.0:
        raise ValueError(f"threshold must lie in [0, 1], got {content.threshold}")
    if content.version_id is not None:
        existing_version(session, content.version_id)
    if not holds(draft, content):
        draft.has_unsaved_changes, draft.filled = True, False
    draft.threshold, draft.layer_png, draft.version_id = (
        content.threshold,
        content.layer_png,
        content.version_id,
    )
    draft.client_id, draft.sequence, draft.seconds = client_id, sequence, content.seconds
    draft.revision += 1
    draft.updated_at = utc_now()
    session.add(draft)
    if draft.has_unsaved_changes:
        image.has_unsaved_changes = True
    else:
        mark_unsaved(session, image)


def go_on_from(session: Session, image: ImageTable, shown: DraftContent) -> None:
    """Let everybody go on from the mask that counts but who has strokes that no revision holds.

    Of a gold image everybody keeps their own: its readers see no other mask.
    """
    nobodys = draft_of(session, image.id, None) or new_draft(session, image.id, None)
    write_draft(session, image, nobodys, shown)
    has_been_saved(nobodys)
    if image.gold_revision_id is None:
        forget_saved(session, nobodys)


def forget_saved(session: Session, nobodys: DraftTable) -> None:
    """Let those whose strokes a revision holds go on from nobody's draft: their next save would undo it."""
    own = (DraftTable.image_id == nobodys.image_id) & DraftTable.person_id.is_not(None)
    for draft in session.scalars(select(DraftTable).where(own, DraftTable.has_unsaved_changes.is_(False))):
        if not holds(draft, nobodys):
            # A tab that is open on it must not take a later one for it.
            nobodys.revision = max(nobodys.revision, draft.revision)
            session.delete(draft)
    session.flush()


def has_been_saved(draft: DraftTable) -> None:
    """Note that a revision holds the draft."""
    draft.has_unsaved_changes = False
    draft.seconds = 0.0


def mark_unsaved(session: Session, image: ImageTable) -> None:
    """Let the image say whether any draft of it holds something unsaved."""
    session.flush()
    unsaved = (DraftTable.image_id == image.id) & DraftTable.has_unsaved_changes
    image.has_unsaved_changes = session.scalar(select(DraftTable.id).where(unsaved).limit(1)) is not None


def holds(draft: DraftTable, content: DraftContent | DraftTable) -> bool:
    """True where the draft shows exactly this, whatever the time spent."""
    held = (draft.threshold, draft.layer_png, draft.version_id)
    return held == (content.threshold, content.layer_png, content.version_id)


def _to_row(session: Session, draft: DraftTable) -> DraftRow:
    who = "" if draft.person_id is None else session.get_one(PersonTable, draft.person_id).name
    return as_row(DraftRow, draft, who=who)
