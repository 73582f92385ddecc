"""How a revision of the database becomes the frozen row that is handed out."""

from __future__ import annotations

from core.workspace.rows import RevisionRow
from core.workspace.tables import RevisionTable


def to_revision_row(revision: RevisionTable) -> RevisionRow:
    """The row of a revision."""
    return RevisionRow(
        id=revision.id,
        image_id=revision.image_id,
        number=revision.number,
        scope=revision.scope,  # type: ignore[arg-type]
        mask_file=revision.mask_file,
        layer_file=revision.layer_file,
        threshold=revision.threshold,
        version_id=revision.version_id,
        who=revision.who,
        origin=revision.origin,  # type: ignore[arg-type]
        seconds=revision.seconds,
        foreground=revision.foreground,
        provenance=revision.provenance,
        created_at=revision.created_at,
    )
