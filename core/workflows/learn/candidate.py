"""Write down what a run has learnt: weights, card and row of a candidate, in this order."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from core.cards import DataSource, save_card
from core.files import file_hash
from core.registry.shipped import CARD_NAME, WEIGHTS_NAME
from core.workflows.learn.trainer import Run, Trainer
from core.workflows.learn.training_card import package_versions
from core.workspace import JobRow, NewVersion, TaskRow, VersionRow, Workspace


def write_candidate(
    workspace: Workspace, job: JobRow, trainer: Trainer, run: Run, trained: Any
) -> VersionRow:
    """The candidate's row, once its weights and card are whole on disk.

    Raises:
        StoreError: The disk is full; no row is written.
    """
    from core.inference.export import save_weights

    task = workspace.tasks.get_by_id(job.task_id or 0)
    card = _card(task, job, trainer, run, trained)
    folder = f"versions/{task.slug}/job-{job.id}"
    with workspace.versions.writing(folder) as to:
        save_weights(trained.model, to / WEIGHTS_NAME)
        save_card(card, to / CARD_NAME)
        weights_sha256 = file_hash(to / WEIGHTS_NAME)
    return workspace.versions.add(
        task.id,
        NewVersion(
            folder=folder,
            weights_sha256=weights_sha256,
            origin="scratch" if run.base is None else "fine_tuned",
            who=job.who,
            parent_id=None if run.base is None else run.base.id,
            job_id=job.id,
            purpose=trainer.purpose,
        ),
    )


def _card(task: TaskRow, job: JobRow, trainer: Trainer, run: Run, trained: Any) -> Any:
    given = DataSource(
        name=f"{trainer.given_name} of the task {task.title}",
        source=f"{trainer.given_source}; run started by {job.who}",
        num_train=len(run.train),
        num_val=len(run.validation),
    )
    card = trainer.card(run, trained)
    return dataclasses.replace(
        card,
        name=f"{task.slug}{trainer.suffix}_job_{job.id}",
        title=task.title,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=f"Fine-tuning job {job.id} of the app",
        data=(*card.data, given),
        test={},
        training=run.settings,
        augmentation=run.augment,
        parent=card.parent if run.base is None else run.base.title,
        versions=package_versions(),
    )
