"""What becomes of a candidate: compared, then promoted by itself, kept back, or left to the person."""

from __future__ import annotations

from core.reasons import Reason
from core.registry.classifiers import Classifiers
from core.registry.compare import Comparison, Decision, compare, decide, reason
from core.registry.compare_labels import LabelComparison, compare_labels, decide_labels, reason_labels
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
    return comparison, _act(workspace, candidate, old, decide(comparison), reason(comparison))


def settle_labels(
    workspace: Workspace, candidate: VersionRow, classifiers: Classifiers
) -> tuple[LabelComparison, Decision]:
    """As `settle`, for a candidate that tells labels."""
    old = workspace.versions.current(candidate.task_id, "classify")
    comparison = compare_labels(workspace, candidate, old, classifiers)
    workspace.versions.set_comparison(candidate.id, comparison.to_dict())
    return comparison, _act(workspace, candidate, old, decide_labels(comparison), reason_labels(comparison))


def _act(
    workspace: Workspace, candidate: VersionRow, old: VersionRow | None, decision: Decision, why: str
) -> Decision:
    """Do it; what was decided, or "ask" where another version was put into use meanwhile."""
    if decision == "promote":
        promoted = workspace.versions.promote(
            candidate.id, who=BY_ITSELF, why=Reason.of_text(why), instead_of=old.id if old else 0
        )
        return decision if promoted.status == "current" else "ask"
    if decision == "keep":
        workspace.versions.keep_back(candidate.id, who=BY_ITSELF, why=Reason.of_text(why))
    return decision
