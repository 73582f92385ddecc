"""How image rows are asked for: one query, the filters over it, and the frozen row that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, false, select, true

from core.workspace.rows import ImageFacts, ImageRow, ImageState, ReviewRules
from core.workspace.tables import GroupTable, ImageTable, LabelTable, RevisionTable, as_row

Show = Literal[
    "all",
    "new",
    "draft",
    "corrected",
    "flagged",
    "locked",
    "free",
    "unflagged",
    "approved",
    "whole",
    "labelled",
]


@dataclass(frozen=True)
class Unread:
    """Images that have a mask and look to a person as if they had none.

    Attributes:
        unopened: Keys of those that this person never had open.
        opened: Keys of those that they had open and did not save.
        seed: Of the person's own order of all images, None for that of arrival.
    """

    unopened: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    seed: int | None = None

    @property
    def all(self) -> frozenset[int]:
        """Both."""
        return self.unopened | self.opened


NOTHING_UNREAD = Unread()


# Written as the conditions of the indexes in `tables`, so that filters and counts are answered from them.
def shows(
    images: type[ImageTable] = ImageTable, unread: Unread = NOTHING_UNREAD
) -> dict[Show, ColumnElement[bool]]:
    """Which images each filter shows, of the table or of another name for it.

    "new" ones were never opened, saved or drawn on; "free" ones are neither locked nor gold; of "whole" ones
    the mask was checked as a whole; of "labelled" ones somebody has said what they are, taken back or not.
    """
    found: dict[Show, ColumnElement[bool]] = {
        "all": true(),
        "new": images.looked_at.is_(None)
        & images.truth_revision_id.is_(None)
        & (images.has_unsaved_changes == false()),
        "draft": images.has_unsaved_changes == true(),
        "corrected": images.truth_revision_id.is_not(None),
        "flagged": images.review == "flagged",
        "unflagged": images.review != "flagged",
        "approved": images.review == "approved",
        "whole": images.truth_revision_id.in_(select(RevisionTable.id).where(RevisionTable.scope == "whole")),
        "labelled": images.id.in_(select(LabelTable.image_id).where(LabelTable.origin != "gold")),
        "locked": images.locked == true(),
        "free": (images.locked == false()) & images.gold_revision_id.is_(None),
    }
    if unread.all:
        found["new"] = found["new"] | images.id.in_(unread.unopened)
        for each in ("corrected", "locked", "labelled"):
            found[each] = found[each] & images.id.not_in(unread.all)
    return found


def counting(rules: ReviewRules) -> Show:
    """The filter of the corrected images whose mask counts in a task with these rules."""
    return "approved" if rules.approved_only else "unflagged"


SHOWN = shows()
_COLUMNS = [getattr(ImageTable, each.key) for each in ImageTable.__table__.columns]


def image_query(
    task_id: int | None = None, show: Show = "all", unread: Unread = NOTHING_UNREAD
) -> Select[Any]:
    """Images, as `to_image_row` takes them: of a task and a filter where these are given."""
    # Columns, not objects: ten thousand rows are listed at once.
    query = select(*_COLUMNS, GroupTable.corrected_rank).join(
        GroupTable, GroupTable.id == ImageTable.group_id
    )
    return (
        query if task_id is None else query.where(ImageTable.task_id == task_id, shows(unread=unread)[show])
    )


def to_image_row(found: Any, unread: Unread = NOTHING_UNREAD) -> ImageRow:
    """A result of the query above as a frozen row."""
    unsaved = bool(found.has_unsaved_changes)
    is_read = found.id not in unread.all
    corrected = found.truth_revision_id is not None and is_read
    state: ImageState = "corrected" if corrected else "draft" if unsaved else "new"
    others: dict[str, Any] = {}
    if not is_read:
        others = {"corrected_rank": None, "locked": False, "num_revisions": 0, "review": "open"}
    if found.id in unread.unopened:
        others["looked_at"] = None
    facts = ImageFacts(found.height, found.width, found.channels, found.kind, tuple(found.notes))
    return as_row(ImageRow, found, facts=facts, state=state, has_unsaved_changes=unsaved, **others)
