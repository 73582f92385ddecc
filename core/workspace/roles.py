"""Who may do what where people sign in; without sign-in nobody is asked.

The store asks inside each transaction, so that a role taken away counts at once and no page can forget it.
"""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["reader", "reviewer", "admin"]
Action = Literal["draw", "judge", "group", "task", "model", "people", "delete", "audit"]

ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""

NEEDS: dict[Action, Role] = {
    "draw": "reader",
    "judge": "reviewer",
    "group": "reviewer",
    "task": "admin",
    "model": "admin",
    "people": "admin",
    "delete": "admin",
    "audit": "admin",
}
_FREE_JOBS = {"import_folder", "find_groups", "predict_all", "thumbnails"}


def may(role: str, action: Action) -> bool:
    """Whether somebody of that role may do it; an unknown role may nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(NEEDS[action])


def action_of_job(kind: str) -> Action:
    """What somebody must be allowed to who starts a job of that kind: readers start what only prepares."""
    return "draw" if kind in _FREE_JOBS else "model"
