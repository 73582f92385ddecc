"""What of the queue this browser session looks at: which, in which order, from where on, and how.

All of it may be lost; the image that is open one by one stands in the address.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from core.ui.assigned.queue import view
from core.ui.segment.navigation import image_of, number_of
from core.ui.segment.seen import unread_for
from core.workspace import Drawn, Review, ReviewOrder, ReviewPlace, TaskRow
from core.workspace.review_pages import ReviewPages

FILTER, ORDER, WHOSE, SEED = "review_filter", "review_order", "review_whose", "review_seed"
UNDO_SECONDS = 10.0


@dataclass
class Done:
    """The last decision, while it can be undone.

    Attributes:
        approved: How many approve.
        flagged: How many flag.
        start: Where the queue began before.
        image_id: What was open one by one before.
        accepted: Images whose prediction was saved, and waits for a second person.
        at: When, by the clock that only rises.
    """

    review_ids: list[int]
    approved: int
    flagged: int
    start: ReviewPlace | None
    image_id: int | None
    accepted: list[int]
    at: float = field(default_factory=time.monotonic)

    @property
    def is_fresh(self) -> bool:
        """Undo is still offered."""
        return time.monotonic() - self.at < UNDO_SECONDS


@dataclass
class Asked:
    """What this session remembers of the queue of a task.

    Attributes:
        view: Many at a glance, or one large.
        start: Where the grid begins, None for the beginning.
        columns: How many tiles lie side by side, as the browser says.
        done: The last decision.
        told: What became of it otherwise, by image: it had an error on purpose, or its verdict was not kept.
        seen: Which mask each image that is drawn had when it was drawn here first.
        handled: Number of the last message of each grid, by its name.
        begun: What was begun in the background.
        problems: Why a look has no tile.
    """

    task_id: int
    view: Literal["grid", "one"] = "grid"
    start: ReviewPlace | None = None
    columns: int = 5
    done: Done | None = None
    told: dict[int, str] = field(default_factory=dict)
    seen: dict[int, str] = field(default_factory=dict)
    handled: dict[str, int] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)

    def changed(self, shown: dict[int, str]) -> set[int]:
        """The images whose mask is another one than when they came into sight; those out of it are forgotten.

        Args:
            shown: Which mask each image that is drawn now has.
        """
        self.seen = {image_id: self.seen.get(image_id, key) for image_id, key in shown.items()}
        return {image_id for image_id, key in shown.items() if self.seen[image_id] != key}


def asked(task: TaskRow) -> Asked:
    """What is remembered for this task; another task begins anew."""
    found = st.session_state.get("review_asked")
    if found is None or found.task_id != task.id:
        found = st.session_state["review_asked"] = Asked(task.id)
        if "image" in st.query_params:
            found.view = "one"
    return found  # type: ignore[no-any-return]


def chosen_filter() -> Review:
    """Which verdict the images have; those of second readings stand apart."""
    chosen = st.session_state.get(FILTER)
    return chosen if chosen in ("approved", "flagged") else "open"


def chosen_order() -> ReviewOrder:
    """In which order."""
    return st.session_state.get(ORDER) or "unsure"  # type: ignore[no-any-return]


def chosen_seed() -> int:
    """Seed of the random order."""
    return int(st.session_state.setdefault(SEED, 1))


def pages_of(task: TaskRow, hidden: Collection[int]) -> ReviewPages:
    """The queue as it was asked for, without what the person here must not see.

    Args:
        hidden: Of what they may know that it is hidden.
    """
    unread = unread_for(task).all
    drawn: Drawn = st.session_state.get(WHOSE) or "anybody"
    opened = image_of(task, number_of(st.query_params.get("image")))
    return view(task, opened).review_pages(
        task.id,
        chosen_order(),
        drawn=drawn,
        seed=chosen_seed(),
        without=unread.union(hidden),
        saved_alone=bool(unread),
    )
