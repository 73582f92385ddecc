"""A task with as many images as are wanted, made in seconds: one real file, and copies of its row.

Each is in a group of its own, as images are that nobody has said to belong together.
"""

from __future__ import annotations

import cv2
import numpy as np
from sqlalchemy import insert, select

from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import Workspace
from core.workspace.names import folded
from core.workspace.tables import GroupTable, ImageTable, TaskTable, utc_now


def fill_task(workspace: Workspace, count: int, side: int = 256, slug: str = "") -> str:
    """The slug of a task that holds `count` images; every second one was looked at.

    Args:
        slug: Of an empty task, "" for a new one, which has no model.
    """
    noise = np.random.default_rng(0).integers(0, 255, (side, side), np.uint8)
    task = workspace.tasks.get(slug) if slug else workspace.tasks.create(f"{count} images")
    (outcome,) = add_images(workspace, task.id, [("image_0.png", encode_png(cv2.blur(noise, (9, 9))))])
    if outcome.image_id is None:
        raise RuntimeError(f"the image was refused: {outcome}")
    images, database = ImageTable.__table__, workspace._database
    with database.writing() as session:
        row = session.execute(select(images).where(images.c.id == outcome.image_id)).one()._asdict()
        if count > 1:
            group = {"task_id": task.id, "kind": session.get_one(GroupTable, row["group_id"]).kind}
            groups = session.scalars(insert(GroupTable).returning(GroupTable.id), [group] * (count - 1))
            copies = [_copy(row, number, group_id) for number, group_id in enumerate(groups.all(), start=1)]
            session.execute(insert(images), copies)
        session.get_one(TaskTable, task.id).num_positions = count
    return task.slug


def _copy(row: dict[str, object], number: int, group_id: int) -> dict[str, object]:
    changes = {
        "group_id": group_id,
        "position": number,
        "name": f"image_{number}.png",
        "name_key": folded(f"image_{number}.png"),
        # What is made of a file is cached by its hash: each copy is decoded like a file of its own.
        "sha256": f"{number:064x}",
        "looked_at": utc_now() if number % 2 else None,
    }
    return {name: value for name, value in {**row, **changes}.items() if name != "id"}
