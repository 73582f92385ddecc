"""A table that says which images of a task belong together: a CSV, of which one column is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.datasets.set_table import SetTable, parse_csv, stem_of_name, table_that_names
from core.errors import AppError
from core.workspace import TaskRow, Workspace

MOST_BYTES = 50_000_000


def read_table(content: bytes, name: str, image_names: Sequence[str]) -> SetTable:
    """The rows of a CSV by the images that they are of.

    Args:
        image_names: File names of the task's images.

    Raises:
        AppError: It is too large or no CSV, or no column of it names an image.
    """
    if len(content) > MOST_BYTES:
        raise AppError(
            "{name} has more than 50 MB; a table of groups needs a column of names and one of groups.",
            name=name,
        )
    path = Path(name)
    columns, rows = parse_csv(content, path)
    table = table_that_names(path, columns, rows, [stem_of_name(each) for each in image_names])
    if table is None:
        raise AppError(
            "No column of {name} names an image of this task (the first is {image_names!r}); give "
            "a table with a column of file names.",
            name=name,
            image_names=image_names[0] if image_names else "",
        )
    return table


def use_column(workspace: Workspace, task: TaskRow, table: SetTable, column: str) -> None:
    """Keep a column as what puts the task's images together; the other columns are not kept.

    Raises:
        AppError: No such column, or one without a value.
    """
    stems = list(table.rows_of)
    group_of = {stem: of[-1] for stem, of in zip(stems, table.groups(column, stems), strict=True) if of}
    if not group_of:
        raise AppError(
            "The column {column!r} of {path} is empty; choose another one.", column=column, path=table.path
        )
    file = workspace.files.put(json.dumps(group_of).encode(), ".json")
    rule = {**(task.group_rule or {}), "column": column, "table": file}
    workspace.tasks.set_group_rule(task.id, rule)


def groups_of_table(workspace: Workspace, rule: dict[str, Any] | None, names: Sequence[str]) -> list[str]:
    """The group that the task's table gives each image, "" where it gives none."""
    if not rule or "table" not in rule:
        return ["" for _ in names]
    group_of = json.loads(workspace.files.read(rule["table"]))
    return [group_of.get(stem_of_name(name), "") for name in names]
