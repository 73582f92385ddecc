"""Why a candidate was promoted, kept back or left to the person: a code with the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from core.evaluation.evidence import FEWEST_GROUPS, LEAST_GAIN, Decision, Evidence
from core.reasons import Reason


class Comparable(Protocol):
    """A candidate beside the version in use, as a `Reason` tells it."""

    @property
    def old_version_id(self) -> int | None:
        """Version in use, None where there is none."""

    @property
    def images(self) -> Sequence[Any]:
        """The locked images."""

    @property
    def mean_old(self) -> float | None:
        """Of the version in use."""

    @property
    def mean_new(self) -> float | None:
        """Of the candidate."""

    @property
    def num_worse(self) -> int:
        """Images that got worse."""

    @property
    def evidence(self) -> Evidence:
        """Whether it is better beyond chance."""

    @property
    def decision(self) -> Decision:
        """What follows."""


def reason_of(compared: Comparable, score: str) -> Reason:
    """The decision with its numbers.

    Args:
        compared: Both versions on the locked images.
        score: What the numbers are called.
    """
    evidence = compared.evidence
    if not compared.images:
        return Reason("compared_nothing")
    facts = {
        "score": score,
        "images": len(compared.images),
        "groups": evidence.num_groups,
        "has_old": compared.old_version_id is not None,
        "old": compared.mean_old,
        "new": compared.mean_new,
        "low": evidence.low,
        "least": LEAST_GAIN,
        "fewest": FEWEST_GROUPS,
        "worse": compared.num_worse,
    }
    if compared.decision == "ask" and evidence.num_groups < FEWEST_GROUPS:
        return Reason("compared_too_few", facts)
    return Reason({"promote": "better", "keep": "not_better", "ask": "unsure"}[compared.decision], facts)
