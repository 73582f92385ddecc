"""Write down what a run has learnt: weights, card and row of a candidate, in this order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.cards import DataSource, ModelCard, Score, save_card
from core.classifier_cards import ClassifierCard
from core.config import AugmentConfig, TrainConfig
from core.registry.shipped import CARD_NAME, WEIGHTS_NAME, hash_of
from core.workflows.learn.training_card import package_versions
from core.workspace import ImageRow, JobRow, NewVersion, RevisionRow, VersionRow, Workspace


@dataclass(frozen=True)
class Lesson:
    """What a run learns from, and how.

    Attributes:
        base: Version that it starts from, None for from scratch.
        card: Card of the base; from scratch one that says what the network will be.
        train: Images to train on.
        validation: Images to choose the best epoch and the threshold on; empty for small sets.
        revisions: Newest revision of each image, by image id.
        settings: The run.
        augment: Random changes.
    """

    base: VersionRow | None
    card: ModelCard
    train: tuple[ImageRow, ...]
    validation: tuple[ImageRow, ...]
    revisions: dict[int, RevisionRow]
    settings: TrainConfig
    augment: AugmentConfig

    @property
    def revision_ids(self) -> list[int]:
        """The masks that are learnt from."""
        return sorted(self.revisions[image.id].id for image in (*self.train, *self.validation))


def write_candidate(workspace: Workspace, job: JobRow, lesson: Lesson, trained: Any) -> VersionRow:
    """The candidate's row, once its weights and card are whole on disk.

    Args:
        workspace: The store.
        job: The job that trained it.
        lesson: What it learnt from.
        trained: `core.training.fit.TrainResult`.

    Raises:
        StoreError: The disk is full; no row is written.
    """
    task = workspace.tasks.get_by_id(job.task_id or 0)
    card = _card(f"{task.slug}_job_{job.id}", task.title, job, lesson, trained)
    return store_candidate(workspace, job, lesson.base, trained.model, card)


def store_candidate(
    workspace: Workspace,
    job: JobRow,
    base: VersionRow | None,
    model: Any,
    card: ModelCard | ClassifierCard,
) -> VersionRow:
    """Weights, card and row of what a job has trained, in this order.

    Args:
        workspace: The store.
        job: The job that trained it.
        base: Version that it started from, None for from scratch.
        model: The `keras.Model` to export.
        card: What it says of itself; its kind tells what the version is for.

    Raises:
        StoreError: The disk is full; no row is written.
    """
    from core.inference.export import save_weights

    task = workspace.tasks.get_by_id(job.task_id or 0)
    folder = f"versions/{task.slug}/job-{job.id}"
    with workspace.plain_errors():
        save_weights(model, workspace.root / folder / WEIGHTS_NAME)
        save_card(card, workspace.root / folder / CARD_NAME)
    return workspace.versions.add(
        task.id,
        NewVersion(
            folder=folder,
            weights_sha256=hash_of(workspace.root / folder / WEIGHTS_NAME),
            origin="scratch" if base is None else "fine_tuned",
            who=job.who,
            parent_id=None if base is None else base.id,
            job_id=job.id,
            purpose="classify" if isinstance(card, ClassifierCard) else "segment",
        ),
    )


def _card(name: str, title: str, job: JobRow, lesson: Lesson, trained: Any) -> ModelCard:
    corrected = DataSource(
        name=f"Corrected images of the task {title}",
        source=f"Masks saved in this workspace; run started by {job.who}",
        num_train=len(lesson.train),
        num_val=len(lesson.validation),
    )
    return dataclasses.replace(
        lesson.card,
        name=name,
        title=title,
        threshold=lesson.card.threshold if trained.threshold is None else trained.threshold,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=f"Fine-tuning job {job.id} of the app",
        data=(*lesson.card.data, corrected),
        validation=_validation(trained),
        test={},
        training=lesson.settings,
        augmentation=lesson.augment,
        parent=None if lesson.base is None else lesson.base.title,
        versions=package_versions(),
    )


def _validation(trained: Any) -> dict[str, Score]:
    best = trained.history[trained.best_epoch - 1] if trained.history else None
    return {} if best is None or best.val_dice is None else {"dice": Score(best.val_dice)}
