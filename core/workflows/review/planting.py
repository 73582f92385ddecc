"""Which masks of a reviewer's queue are shown with an error, and what became of it.

Every look says by a code which mask was shown, the real one or one with an error; without the workspace's own
salt nobody can tell which. So a verdict is always on what was seen, whatever the rules are by then.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.review.planted import plant
from core.review.second_reading import is_chosen
from core.workflows.correct.blind import same_person
from core.workflows.review.look import DIGITS, Look
from core.workspace import ReviewItem, TaskRow, Workspace
from core.workspace.names import name_key


def with_planted(
    workspace: Workspace, task: TaskRow, looks: Sequence[tuple[ReviewItem, Look]], who: str
) -> list[Look]:
    """The looks with their codes; a part of the masks that wait for a verdict is shown with an error.

    Who drew a mask, and who was shown it with an error before, sees the real one.
    """
    percent = task.review_rules.planted_percent
    if not percent:
        return [look for _, look in looks]
    salt = workspace.groups.salt()
    judged = workspace.planted.judged([look.image_id for _, look in looks], who)
    return [
        _planted(salt, look, who)
        if item.image.review == "open"
        and key_of(look)
        and (look.image_id, key_of(look)) not in judged
        and not (item.revision is not None and same_person(item.revision.who, who))
        and is_chosen(f"{look.image_id} {key_of(look)} {name_key(who)}", percent, "planted")
        else replace(look, shown=_code(salt, look, ""))
        for item, look in looks
    ]


def resolved(workspace: Workspace, look: Look, who: str) -> Look | None:
    """A look as it came back from the browser, which mask it is of known again; None for somebody else's."""
    if not look.shown:
        return look
    salt = workspace.groups.salt()
    real, wrong = replace(look, shown=_code(salt, look, ""), seed=None), _planted(salt, look, who)
    return next((each for each in (real, wrong) if each.shown == look.shown), None)


def key_of(look: Look) -> str:
    """Names the real mask of a look, "" where there is none."""
    if look.revision_id is not None:
        return f"revision {look.revision_id}"
    return "" if look.version_id is None else f"version {look.version_id}"


def shown_mask(mask: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    """The mask that a look shows of an image, given the real one."""
    planted = None if look.seed is None else plant(mask, look.seed)
    return mask if planted is None else planted[0]


def _planted(salt: bytes, look: Look, who: str) -> Look:
    code = _code(salt, look, f"planted for {name_key(who)}")
    return replace(look, shown=code, seed=int(code, 16))


def _code(salt: bytes, look: Look, of: str) -> str:
    told = f"{look.image_id} {key_of(look)} {of}"
    return hmac.new(salt, told.encode(), hashlib.sha256).hexdigest()[:DIGITS]
