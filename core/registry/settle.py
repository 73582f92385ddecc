"""What becomes of a candidate: compared, then promoted by itself, kept back, or left to the person."""

from __future__ import annotations

from core.registry.compare import Comparison, Decision, compare, decide, reason
from core.registry.predictors import Predictors
from core.workspace import VersionRow, Workspace

BY_ITSELF = ""
"""Who: nobody; the rule decided."""


def settle(
    workspace: Workspace, candidate: VersionRow, predictors: Predictors
) -> tuple[Comparison, Decision]:
    """Compare a candidate with the version in use and do what the rule says; the numbers are kept.

    Where the version in use was changed meanwhile, the numbers speak of another one, and the person is asked.
    """
    old = workspace.versions.current(candidate.task_id)
    comparison = compare(workspace, candidate, old, predictors)
    workspace.versions.set_comparison(candidate.id, comparison.to_dict())
    decision = decide(comparison)
    if decision == "promote":
        promoted = workspace.versions.promote(
            candidate.id, who=BY_ITSELF, why=reason(comparison), instead_of=old.id if old else 0
        )
        if promoted.status != "current":
            decision = "ask"
    if decision == "keep":
        workspace.versions.keep_back(candidate.id, who=BY_ITSELF, why=reason(comparison))
    return comparison, decision
