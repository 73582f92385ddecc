"""A reviewer's verdicts on what they saw, each on exactly that mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import StoreError
from core.imaging.decode import read_png
from core.registry.predictors import Predictors
from core.review.planted import plant
from core.workflows.correct.save_mask import provenance_of
from core.workflows.review.look import Look
from core.workflows.review.looking import mask_png, shown_content
from core.workflows.review.planting import key_of, resolved
from core.workspace import NewReview, NewRevision, NotTaken, PlantedRow, ReviewRow, Seen, Verdict, Workspace
from core.workspace.reviews import ACCEPTED
from core.workspace.truth import WRONG_LABEL

_OF_MASK = ("outline_off", "part_missing", "part_too_much", "wrong_class", "bad_picture", "unsure")
REASONS = (*_OF_MASK, WRONG_LABEL)
"""What can be wrong with a mask, and with the label beside it, as codes."""
MOST_OF_A_COMMENT = 10_000


def reasons_for(*, labelled: bool) -> tuple[str, ...]:
    """The reasons that fit an image, with a label or without."""
    return REASONS if labelled else _OF_MASK


@dataclass(frozen=True)
class Said:
    """A verdict on what was seen.

    Attributes:
        verdict: "approved" or "flagged".
        reasons: Codes of what is wrong with what is flagged.
        comment: On what is flagged; kept to its first 10,000 characters.
    """

    look: Look
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    comment: str = ""


def judge(
    workspace: Workspace, said: Sequence[Said], predictors: Predictors, *, who: str
) -> list[ReviewRow | NotTaken | PlantedRow]:
    """Keep verdicts on what was seen, all in one transaction; they are on disk when this returns.

    A proposal that is approved is kept as a revision, "accepted unchanged", and that is what is approved.
    What is said of a mask with a planted error is kept apart, and is no verdict on the image.

    Returns:
        For each the verdict, why it was not taken, or what was planted.

    Raises:
        StoreError: The disk is full or a file is gone; nothing is half-written.
        BadModelError: A model is gone, and its proposal is not kept.
    """
    reviews: list[tuple[int, NewReview]] = []
    gone: list[NotTaken] = []
    planted: list[PlantedRow] = []
    for each in said:
        image_id = each.look.image_id
        look = resolved(workspace, each.look, who)
        if look is None:
            gone.append(NotTaken(image_id, "unknown"))
            continue
        try:
            kind = _planted(workspace, look, predictors)
            if kind is not None:
                planted.append(PlantedRow(image_id, who, key_of(look), kind, each.verdict))
                continue
            real = replace(each, look=replace(look, seed=None))
            reviews.append((image_id, _review(workspace, real, predictors, who)))
        except _GoneError:
            gone.append(NotTaken(image_id, "gone"))
    kept = workspace.planted.keep(planted) if planted else []
    return [*(workspace.reviews.decide(reviews) if reviews else []), *gone, *kept]


def _planted(workspace: Workspace, look: Look, predictors: Predictors) -> str | None:
    """What was wrong with the mask that was shown; None for a real one."""
    if look.seed is None:
        return None
    found = plant(read_png(_proposal(workspace, replace(look, seed=None), predictors), "mask"), look.seed)
    return None if found is None else found[1]


def _review(workspace: Workspace, said: Said, predictors: Predictors, who: str) -> NewReview:
    look, flagged = said.look, said.verdict == "flagged"
    png = None if look.revision_id is not None else _proposal(workspace, look, predictors)
    accepts = None if png is None or flagged else _accepted(workspace, look, png, who)
    return NewReview(
        said.verdict,
        who,
        revision_id=look.revision_id,
        mask_png=png if flagged else None,
        version_id=look.version_id,
        reasons=tuple(each for each in REASONS if each in said.reasons) if flagged else (),
        comment=said.comment[:MOST_OF_A_COMMENT] if flagged else "",
        accepts=accepts,
        label_id=look.label_id,
        seen=Seen(look.revision_id, look.review_id, look.label_id),
    )


class _GoneError(Exception):
    """The image was deleted meanwhile."""


def _proposal(workspace: Workspace, look: Look, predictors: Predictors) -> bytes:
    try:
        image = workspace.images.get(look.image_id)
    except StoreError as error:
        raise _GoneError from error
    return mask_png(workspace, image, look, predictors)


def _accepted(workspace: Workspace, look: Look, png: bytes, who: str) -> NewRevision:
    content = shown_content(workspace, look)
    mask = read_png(png, "proposal")
    return NewRevision(
        mask_png=png,
        layer_png=None,
        threshold=content.threshold,
        version_id=look.version_id,
        who=who,
        seconds=0.0,
        foreground=float(np.count_nonzero(mask)) / mask.size,
        provenance={**provenance_of(workspace, look.version_id), ACCEPTED: True},
        shown=content,
    )
