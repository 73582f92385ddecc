"""Write down what a run has learnt of labels: weights, card and row of a candidate, in this order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.cards import DataSource, Score
from core.classifier_cards import ClassifierCard, ClassifyConfig
from core.config import AugmentConfig
from core.evaluation.calibration import softmax, threshold_for_recall
from core.evaluation.classes import class_scores, single
from core.workflows.learn.candidate import store_candidate
from core.workflows.learn.training_card import package_versions
from core.workspace import ImageRow, JobRow, LabelRow, RevisionRow, VersionRow, Workspace


@dataclass(frozen=True)
class LabelLesson:
    """What a run learns from, and how.

    Attributes:
        base: Version that it starts from, None for from scratch.
        card: Card of the base; from scratch that of the version in use.
        train: Images to train on.
        validation: Images to choose the best epoch on and to calibrate with; empty for small sets.
        labels: Newest label of each image, by image id.
        masks: Newest revision of each image, by image id.
        settings: The run.
        augment: Random changes.
    """

    base: VersionRow | None
    card: ClassifierCard
    train: tuple[ImageRow, ...]
    validation: tuple[ImageRow, ...]
    labels: dict[int, LabelRow]
    masks: dict[int, RevisionRow]
    settings: ClassifyConfig
    augment: AugmentConfig

    def label_of(self, image: ImageRow) -> str:
        """What a person called an image of the lesson."""
        return self.labels[image.id].label or ""

    @property
    def label_ids(self) -> list[int]:
        """The labels that are learnt from."""
        return sorted(self.labels[image.id].id for image in (*self.train, *self.validation))


def write_label_candidate(workspace: Workspace, job: JobRow, lesson: LabelLesson, trained: Any) -> VersionRow:
    """The candidate's row, once its weights and card are whole on disk.

    Args:
        workspace: The store.
        job: The job that trained it.
        lesson: What it learnt from.
        trained: `core.classification.fit.ClassifyResult`.

    Raises:
        StoreError: The disk is full; no row is written.
    """
    task = workspace.tasks.get_by_id(job.task_id or 0)
    card = _card(f"{task.slug}_labels_job_{job.id}", task.title, job, lesson, trained)
    return store_candidate(workspace, job, lesson.base, trained.model, card)


def _card(name: str, title: str, job: JobRow, lesson: LabelLesson, trained: Any) -> ClassifierCard:
    labelled = DataSource(
        name=f"Labelled images of the task {title}",
        source=f"Labels given in this workspace; run started by {job.who}",
        num_train=len(lesson.train),
        num_val=len(lesson.validation),
    )
    before = lesson.card if lesson.base is not None else dataclasses.replace(lesson.card, temperature=1.0)
    card = dataclasses.replace(
        before,
        name=name,
        title=title,
        origin=trained.origin,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=f"Fine-tuning job {job.id} of the app",
        data=(*(lesson.card.data if lesson.base is not None else ()), labelled),
        validation={},
        test={},
        confusion=(),
        training=lesson.settings,
        augmentation=lesson.augment,
        parent=None if lesson.base is None else lesson.base.title,
        versions=package_versions(),
    )
    return card if trained.validation_logits is None else _calibrated(card, lesson, trained)


def _calibrated(card: ClassifierCard, lesson: LabelLesson, trained: Any) -> ClassifierCard:
    """The card with what validation says: temperature, threshold of the alert label, scores."""
    truth = np.array([card.labels.index(lesson.label_of(image)) for image in lesson.validation])
    probabilities = softmax(trained.validation_logits / trained.temperature)
    threshold = card.threshold
    place = card.labels.index(card.alert_label) if card.alert_label else None
    if place is not None and (truth == place).any():
        threshold = threshold_for_recall(
            probabilities[:, place], truth == place, lesson.settings.alert_recall
        )
    scores: dict[str, Score] = class_scores(
        single(card.labels, truth, probabilities, alert=(card.alert_label, threshold))
    )
    return dataclasses.replace(card, temperature=trained.temperature, threshold=threshold, validation=scores)
