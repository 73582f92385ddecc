"""What a version has learnt from, and what of it must not be learnt from any more."""

from __future__ import annotations

from core.workspace import VersionRow, Workspace


def num_locked_since(workspace: Workspace, version: VersionRow) -> int:
    """Images that are locked by now and that the version, or one that it began from, was trained on.

    An image is locked later where it turns out to belong to a locked group. The version's scores on it say
    nothing then.
    """
    revision_ids: set[int] = set()
    origin: VersionRow | None = version
    while origin is not None:
        if origin.job_id is not None:
            revision_ids.update((workspace.jobs.get(origin.job_id).result or {}).get("revision_ids", ()))
        origin = None if origin.parent_id is None else workspace.versions.get(origin.parent_id)
    return workspace.masks.num_locked(revision_ids)
