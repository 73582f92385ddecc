"""What a version has learnt from, and what of it must not be learnt from any more."""

from __future__ import annotations

from core.workspace import VersionRow, Workspace


def num_locked_since(workspace: Workspace, version: VersionRow) -> int:
    """Images that are locked by now and that the version, or one that it began from, was trained on.

    An image is locked later where it turns out to belong to a locked group. The version's scores on it say
    nothing then.
    """
    return workspace.masks.num_locked(revisions_learnt(workspace, version))


def images_learnt(workspace: Workspace, version: VersionRow) -> set[int]:
    """The images that the version, or one that it began from, was trained on here."""
    return workspace.masks.image_ids(revisions_learnt(workspace, version))


def revisions_learnt(workspace: Workspace, version: VersionRow) -> set[int]:
    """The revisions that the version, or one that it began from, was trained on."""
    revision_ids: set[int] = set()
    origin: VersionRow | None = version
    while origin is not None:
        if origin.job_id is not None:
            revision_ids.update((workspace.jobs.get(origin.job_id).result or {}).get("revision_ids", ()))
        origin = None if origin.parent_id is None else workspace.versions.get(origin.parent_id)
    return revision_ids
