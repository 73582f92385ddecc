"""What becomes of a candidate: compared, then promoted by itself, kept back, or left to the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.evaluation.evidence import Decision
from core.registry.compared import Compared
from core.watching import never
from core.workspace import VersionRow, Workspace

BY_ITSELF = ""
"""Who: nobody; the rule decided."""


Comparison = TypeVar("Comparison", bound=Compared)


def settle(
    workspace: Workspace,
    candidate: VersionRow,
    compare: Callable[[VersionRow | None], Comparison | None],
    *,
    should_stop: Callable[[], bool] = never,
) -> tuple[Comparison, Decision] | None:
    """Compare a candidate with the version in use and do what the rule says; the numbers are kept.

    Where the version in use was changed meanwhile, the numbers speak of another one, and the person is asked.

    Args:
        compare: Compares it with the version in use (None where there is none); None where it was stopped.
        should_stop: Asked once more before anything is put into use.

    Returns:
        The numbers and what was done; None where it was stopped, and nothing was put into use.
    """
    old = workspace.versions.current(candidate.task_id, candidate.purpose)
    compared = compare(old)
    if compared is None:
        return None
    workspace.versions.set_comparison(candidate.id, compared.to_dict())
    if should_stop():
        return None
    if compared.decision == "promote":
        promoted = workspace.versions.promote(
            candidate.id, who=BY_ITSELF, why=compared.why, instead_of=old.id if old else 0
        )
        return compared, "promote" if promoted.status == "current" else "ask"
    if compared.decision == "keep":
        workspace.versions.keep_back(candidate.id, who=BY_ITSELF, why=compared.why)
    return compared, compared.decision
