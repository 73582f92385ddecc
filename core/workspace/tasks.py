"""Tasks: what is being segmented. Images, versions and counts belong to one and never cross over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.language.sentence import Sentence
from core.workspace import audit
from core.workspace.classes import completed, living
from core.workspace.rows import ReviewRules, TaskClass, TaskRow
from core.workspace.slugs import clean_title, make_slug, title_key
from core.workspace.sql.existing import existing_task
from core.workspace.sql.part import StorePart, once
from core.workspace.tables import TaskTable, VersionTable, as_row, utc_now
from core.workspace.versions import is_in_use

SHIPPED_TASKS = (("lung_xray", "Lung X-ray"), ("lung_ct", "Lung CT"), ("skin_lesion", "Skin lesion"))
"""Slug (also the folder of the base model) and title of the tasks that every workspace begins with."""
ONE_FOREGROUND = [asdict(TaskClass(value=1))]
"""Classes of a task that says nothing else."""


_RULES = {each.name for each in fields(ReviewRules)}


class Tasks(StorePart):
    """The tasks of a workspace."""

    def list(self, *, put_away: bool = False) -> list[TaskRow]:
        """The tasks that are worked on, or those that were put away, in the order in which they were made."""
        return [each for each in self._every() if (each.put_away_at is not None) == put_away]

    @once
    def _every(self) -> tuple[TaskRow, ...]:
        return tuple(_to_row(each) for each in self._found(_query().order_by(TaskTable.id)))

    def get(self, slug: str) -> TaskRow:
        """The task of that slug.

        Raises:
            StoreError: There is none.
        """
        return self._one(
            TaskTable.slug == slug, Sentence('There is no task "{slug}"; choose another one.', slug=slug)
        )

    @once
    def get_by_id(self, task_id: int) -> TaskRow:
        """The task of that key.

        Raises:
            StoreError: There is none.
        """
        missing = Sentence("There is no task number {task_id}; choose another one.", task_id=task_id)
        return self._one(TaskTable.id == task_id, missing)

    def create(self, title: str) -> TaskRow:
        """A new task that starts from empty masks.

        Raises:
            StoreError: The title is empty, too long or taken.
        """
        cleaned = clean_title(title)
        with self._database.writing(needs="task") as session:
            _refuse_taken(session, cleaned)
            slug = make_slug(cleaned, set(session.scalars(select(TaskTable.slug))))
            _add(session, slug, cleaned)
        return self.get(slug)

    def rename(self, task_id: int, title: str, *, who: str = "") -> TaskRow:
        """Give a task another title; its slug, and with it every address, stays.

        Raises:
            StoreError: There is no such task, or the title is empty, too long or taken.
        """
        cleaned = clean_title(title)
        with self._database.writing(needs="task") as session:
            task = existing_task(session, task_id)
            if title_key(cleaned) != task.title_key:
                _refuse_taken(session, cleaned)
            facts = {"was": task.title, "name": cleaned}
            task.title, task.title_key = cleaned, title_key(cleaned)
            audit.append(session, "task_renamed", facts, who=who, task_id=task_id)
        return self.get_by_id(task_id)

    def put_away(self, task_id: int, *, who: str = "") -> None:
        """Take a task out of sight, with all that is in it, until somebody brings it back.

        Raises:
            StoreError: There is no such task, or no other one to work on.
        """
        with self._database.writing(needs="task") as session:
            task = existing_task(session, task_id)
            others = select(TaskTable.id).where(TaskTable.put_away_at.is_(None), TaskTable.id != task_id)
            if session.scalar(others.limit(1)) is None:
                raise StoreError("This is the only task; make another one first, then it can be put away.")
            task.put_away_at = utc_now()
            audit.append(session, "task_put_away", {}, who=who, task_id=task_id)

    def bring_back(self, task_id: int, *, who: str = "") -> TaskRow:
        """Let a task that was put away be worked on again.

        Raises:
            StoreError: There is no such task.
        """
        with self._database.writing(needs="task") as session:
            existing_task(session, task_id).put_away_at = None
            audit.append(session, "task_brought_back", {}, who=who, task_id=task_id)
        return self.get_by_id(task_id)

    def set_classes(self, task_id: int, classes: Sequence[TaskClass], *, who: str = "") -> TaskRow:
        """What can be painted in a task, in order; classes that are left out count as background.

        Masks stay as they are: `core.workspace.classes` says how they are read from now on.

        Args:
            classes: Living ones, and retired ones that are to be read as others.

        Raises:
            StoreError: There is no such task, or the classes cannot be kept.
        """
        with self._database.writing(needs="task") as session:
            task = existing_task(session, task_id)
            kept = completed(classes, classes_of(task))
            task.classes = [asdict(each) for each in kept]
            facts = {
                "values": [each.value for each in living(kept)],
                "becomes": {str(each.value): each.becomes for each in kept if each.becomes is not None},
            }
            audit.append(session, "classes_changed", facts, who=who, task_id=task_id)
        return self.get_by_id(task_id)

    def set_group_rule(self, task_id: int, rule: dict[str, Any] | None) -> TaskRow:
        """How the images of a task are put into groups; None for no rule.

        Raises:
            StoreError: There is no such task.
        """
        with self._database.writing(needs="group") as session:
            existing_task(session, task_id).group_rule = rule
        return self.get_by_id(task_id)

    def set_review_rules(self, task_id: int, rules: ReviewRules, who: str = "") -> TaskRow:
        """How the masks of a task are reviewed from now on.

        Raises:
            StoreError: There is no such task.
        """
        with self._database.writing(needs="task") as session:
            existing_task(session, task_id).review_rules = asdict(rules)
            audit.append(session, "review_rules_set", asdict(rules), who=who, task_id=task_id)
        return self.get_by_id(task_id)

    def _one(self, condition: ColumnElement[bool], message: str) -> TaskRow:
        found = self._found(_query().where(condition))
        if not found:
            raise StoreError(message)
        return _to_row(found[0])


def _refuse_taken(session: Session, title: str) -> None:
    if session.scalar(select(TaskTable.id).where(TaskTable.title_key == title_key(title))):
        raise StoreError('There is a task "{title}" already; choose another name.', title=title)


def seed_tasks(session: Session) -> None:
    """The tasks that every workspace begins with."""
    for slug, title in SHIPPED_TASKS:
        _add(session, slug, title, base_model=slug)


def _add(session: Session, slug: str, title: str, base_model: str | None = None) -> None:
    key = title_key(title)
    new = TaskTable(slug=slug, title=title, title_key=key, base_model=base_model, classes=ONE_FOREGROUND)
    session.add(new)
    session.flush()


def _query() -> Select[TaskTable, int]:
    in_use = is_in_use(TaskTable.id, "segment")
    return select(TaskTable, VersionTable.id).join(VersionTable, in_use, isouter=True)


def _to_row(found: Row[TaskTable, int | None]) -> TaskRow:
    task, current_version_id = found
    classes = classes_of(task)
    return as_row(
        TaskRow,
        task,
        classes=living(classes),
        retired=tuple(each for each in classes if each.becomes is not None),
        review_rules=to_review_rules(task.review_rules),
        current_version_id=current_version_id,
        is_shared=task.shares is not None,
    )


def to_review_rules(told: dict[str, Any]) -> ReviewRules:
    """The rules of a row; those that it does not tell of are off."""
    return ReviewRules(**{name: value for name, value in told.items() if name in _RULES})


def classes_of(task: TaskTable) -> tuple[TaskClass, ...]:
    """Living and retired ones; those kept before classes had values have their place for one."""
    return tuple(
        TaskClass(
            told["name"],
            None if told["colour"] is None else tuple(told["colour"]),
            told["key"],
            told.get("value", place),
            told.get("becomes"),
        )
        for place, told in enumerate(task.classes, start=1)
    )
