"""Tasks, their classes and rules, and the people who work in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class PersonRow:
    """Somebody who works in the workspace; identity is the name, as it is compared.

    Attributes:
        name: As it was typed first.
        is_known: Somebody gave the name, or saved something under it; else it may be the machine's account,
            under which somebody looked or drew.
        role: "reader" until somebody gives another one.
        created_at: When the name was first seen.
        removed_at: When somebody was taken away, None for one who works here; what was made keeps the name.
    """

    id: int
    name: str
    is_known: bool
    role: str
    created_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True)
class TaskClass:
    """A class that can be painted in a task.

    Attributes:
        name: What people read; empty for the one foreground of a task that has one.
        colour: (red, green, blue), each 0 to 255; None for the editor's own.
        key: The key that chooses it, empty for none.
        value: What stands for it in masks, 1 or more and for good; background is 0. 0 for a class that is
            being added.
        becomes: None for a class that can be painted; else it was merged or deleted, and its pixels count as
            this value.
    """

    name: str = ""
    colour: tuple[int, int, int] | None = None
    key: str = ""
    value: int = 0
    becomes: int | None = None


@dataclass(frozen=True)
class ReviewRules:
    """How the masks of a task are reviewed; all off by default.

    Attributes:
        second_person: Nobody approves a mask of their own.
        approved_only: Only approved masks count; else every saved one that is not flagged does.
        second_percent: Part of the images that is read twice, 0 to 100.
        blind_percent: Part of the images whose prediction is hidden until a first mask is saved, 0 to 100.
        differ_below: Readers differ where their masks have a lower Dice than that.
        gold_percent: Part of the gold images that each reader gets among their own, 0 to 100.
        again_percent: Part of the images that come back to who drew them, 0 to 100.
        planted_percent: Part of the queue of a reviewer that is shown with an error first, 0 to 100.
    """

    second_person: bool = False
    approved_only: bool = False
    second_percent: int = 0
    blind_percent: int = 0
    differ_below: float = 0.9
    gold_percent: int = 0
    again_percent: int = 0
    planted_percent: int = 0


@dataclass(frozen=True)
class TaskRow:
    """What is being segmented.

    Attributes:
        slug: Safe in a URL and as a folder's name, unique.
        base_model: Folder below `models/` that the task starts from, None for one that starts from empty
            masks.
        classes: What can be painted, in order; one foreground is the case of one.
        retired: Classes that were merged or deleted; masks may still hold them.
        group_rule: How the task's images are put into groups, as JSON; None for no rule.
        review_rules: How its masks are reviewed.
        current_version_id: Version in use for masks, None where there is no model yet.
        is_shared: Its images are given to persons; else they are everybody's.
        put_away_at: When it was put away, None while it is worked on.
    """

    id: int
    slug: str
    title: str
    base_model: str | None
    classes: tuple[TaskClass, ...]
    retired: tuple[TaskClass, ...]
    group_rule: dict[str, Any] | None
    review_rules: ReviewRules
    current_version_id: int | None
    created_at: datetime
    is_shared: bool = False
    put_away_at: datetime | None = None

    @property
    def all_classes(self) -> tuple[TaskClass, ...]:
        """Living and retired ones."""
        return (*self.classes, *self.retired)
