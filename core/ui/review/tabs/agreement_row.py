"""Numbers of tables with their intervals: how far masks agree, and how many of how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.evaluation.proportions import Proportion
from core.review.readers import ImageAgreement, summarise_pair
from core.ui.review.tabs import words
from core.workflows.review.agreement import TaskAgreement


def row(who: str, images: Sequence[ImageAgreement], of: TaskAgreement) -> dict[str, Any]:
    """One row.

    Args:
        who: Who is compared with whom.
        images: What was compared, at least one.
        of: All that is in the table, which says in which unit.
    """
    found, unit = summarise_pair(images), "mm" if of.in_mm else "px"
    interval = words.NONE_YET
    if found.low is not None and found.high is not None:
        interval = words.AGREEMENT_INTERVAL.format(low=found.low, high=found.high)
    return {
        words.AGREEMENT_WHO: who,
        words.AGREEMENT_IMAGES: found.num_images,
        words.AGREEMENT_DICE: f"{found.dice:.3f}",
        words.AGREEMENT_DICE_INTERVAL: interval,
        words.AGREEMENT_SURFACE[unit]: f"{found.surface_dice:.3f}",
        words.AGREEMENT_HD95[unit]: words.NONE_YET if found.hd95 is None else f"{found.hd95:.1f}",
        words.AGREEMENT_AREA[unit]: f"{found.area_difference:+,.0f}",
        words.AGREEMENT_LIMITS: words.NONE_YET
        if found.num_images < 2
        else words.AGREEMENT_AREAS.format(low=found.area_low, high=found.area_high),
    }


def share(of: Proportion) -> str:
    """So many of so many."""
    return words.SHARE.format(count=of.count, total=of.total)


def share_interval(of: Proportion) -> str:
    """The interval of that part."""
    return words.SHARE_INTERVAL.format(low=100 * of.low, high=100 * of.high)
