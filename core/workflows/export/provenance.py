"""`provenance.json` of an export: which program and person made it, and where each mask comes from."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from core.config import PROJECT_DIR
from core.review.second_reading import AGREED, HOW
from core.workspace import ImageRow, RevisionRow, Workspace

PROGRAM = "Mask Loop"


def program_version() -> str:
    """The version of this program, as `pyproject.toml` has it."""
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def of_mask(
    workspace: Workspace, image: ImageRow, revision: RevisionRow, files: Mapping[str, str]
) -> dict[str, Any]:
    """What is told of one mask.

    Args:
        files: Names in the export, with the SHA-256 of each.
    """
    version = None if revision.version_id is None else workspace.versions.get(revision.version_id)
    sources = [workspace.masks.get(int(each)) for each in revision.provenance.get(AGREED, ())]
    return {
        "image": image.name,
        "frame": image.frame,
        "image_sha256": image.sha256,
        "files": dict(files),
        # As the audit names it.
        "mask_sha256": PurePath(revision.mask_file).stem,
        "revision": revision.number,
        "who": revision.who,
        "when": revision.created_at.isoformat(timespec="seconds"),
        # Of an agreed mask: the readings that it was made from, and whether one of them or what most say.
        "agreed_from": [{"revision": each.number, "who": each.who} for each in sources],
        "agreed_by": revision.provenance.get(HOW),
        "origin": revision.origin,
        "scope": revision.scope,
        "threshold": revision.threshold,
        "version": None if version is None else version.title,
        "weights_sha256": None if version is None else version.weights_sha256,
    }


def provenance_json(
    workspace: Workspace,
    task_id: int,
    told: Mapping[str, str],
    masks: Sequence[Mapping[str, Any]],
    left_out: Sequence[str],
) -> bytes:
    """The file.

    Args:
        told: What was asked for and by whom.
        masks: What `of_mask` tells of each.
        left_out: What is not in the export though it was asked for, one sentence each.
    """
    newest = workspace.audit.list(limit=1)
    content = {
        "program": PROGRAM,
        "program_version": program_version(),
        "exported": datetime.now(UTC).isoformat(timespec="seconds"),
        "task": workspace.tasks.get_by_id(task_id).title,
        **told,
        "last_audit_seal": newest[0].seal if newest else None,
        "masks": list(masks),
        "left_out": list(left_out),
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
