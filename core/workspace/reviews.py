"""Reviews: what a reviewer said of a mask, appended and never changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.errors import StoreError
from core.workspace import audit
from core.workspace.blobs import BlobStore
from core.workspace.database import Database
from core.workspace.persons import existing_or_new
from core.workspace.rows import ReviewRow, Verdict
from core.workspace.tables import ImageTable, ReviewTable, RevisionTable, VersionTable


@dataclass(frozen=True)
class NewReview:
    """A verdict to be kept: of a revision, or of a mask that was only shown.

    Attributes:
        verdict: "approved", "flagged", or "withdrawn".
        who: Name of the reviewer.
        revision_id: The saved mask, None for one that was only shown.
        mask_png: The mask that was only shown, as PNG of class indices; None for a saved one.
        version_id: Model version that made the mask that was only shown.
        reasons: Codes.
        comment: As it was typed.
    """

    verdict: Verdict
    who: str
    revision_id: int | None = None
    mask_png: bytes | None = None
    version_id: int | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""


class Reviews:
    """The reviews of a workspace."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def add(self, image_id: int, new: NewReview) -> ReviewRow:
        """Keep a verdict; those before stay.

        Raises:
            StoreError: Image, revision or version is gone, or the disk is full; nothing is half-written.
            ValueError: Neither a revision nor a mask, or both; or no name.
        """
        if (new.revision_id is None) == (new.mask_png is None):
            raise ValueError("a review is of a revision, or of a mask that was only shown")
        with self._database.writing(needs="judge") as session:
            image = session.get(ImageTable, image_id)
            if image is None:
                raise StoreError(f"There is no image number {image_id}; it may have been deleted.")
            if new.revision_id is not None:
                revision = session.get(RevisionTable, new.revision_id)
                if revision is None or revision.image_id != image_id:
                    raise StoreError(f"There is no revision number {new.revision_id} of this image.")
            if new.version_id is not None and session.get(VersionTable, new.version_id) is None:
                raise StoreError(f"There is no version number {new.version_id}; choose another model.")
            person = existing_or_new(session, new.who)
            review = ReviewTable(
                image_id=image_id,
                revision_id=new.revision_id,
                mask_file=None if new.mask_png is None else self._blobs.put(new.mask_png, ".png"),
                version_id=new.version_id,
                person_id=person.id,
                who=person.name,
                verdict=new.verdict,
                reasons=list(new.reasons),
                comment=new.comment,
            )
            session.add(review)
            session.flush()
            facts = {
                "image": image_id,
                "review": review.id,
                "revision": new.revision_id,
                "mask": review.mask_file,
                "verdict": new.verdict,
                "reasons": list(new.reasons),
            }
            audit.append(session, "reviewed", facts, who=person.name, task_id=image.task_id)
            return _to_row(review)

    def of_image(self, image_id: int) -> list[ReviewRow]:
        """All reviews of an image, the newest first."""
        query = select(ReviewTable).where(ReviewTable.image_id == image_id).order_by(ReviewTable.id.desc())
        with self._database.reading() as session:
            return [_to_row(each) for each in session.scalars(query)]


def _to_row(review: ReviewTable) -> ReviewRow:
    return ReviewRow(
        id=review.id,
        image_id=review.image_id,
        revision_id=review.revision_id,
        mask_file=review.mask_file,
        version_id=review.version_id,
        who=review.who,
        verdict=review.verdict,  # type: ignore[arg-type]
        reasons=tuple(review.reasons),
        comment=review.comment,
        created_at=review.created_at,
    )
