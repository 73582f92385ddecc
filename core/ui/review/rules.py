"""The rules of a task's review as controls, which show what the store has, whoever changed it last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.ui import state
from core.workspace import TaskRow


def rule(task: TaskRow, name: str) -> dict[str, Any]:
    """What makes a control that of a rule: its key, and that a change is kept at once.

    Args:
        name: The field of `ReviewRules`.
    """
    key = f"rule_{name}_{task.id}"
    state.show_kept(key, getattr(task.review_rules, name))
    refused = not state.workspace().may("task")
    return {"key": key, "on_change": _keep, "args": (task.id, name, key), "disabled": refused}


def _keep(task_id: int, name: str, key: str) -> None:
    tasks = state.workspace().tasks
    with state.keeping(key) as said:
        rules = replace(tasks.get_by_id(task_id).review_rules, **{name: said})
        tasks.set_review_rules(task_id, rules, who=state.person())
