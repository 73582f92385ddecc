"""Fine-tuning of labels: every colour image with a label and a mask of a person teaches the classifier.

How a run is set up is set by analogy with the recipe of masks and the classifier's own training. Measured on
real images by `benchmarks/label_fine_tune_gain.py`: no gain beyond chance
(`docs/decisions/015-how-labels-are-learnt.md`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from core.classifier_cards import ClassifierCard, ClassifyConfig
from core.errors import JobError
from core.imaging.mask_files.class_masks import foreground
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.registry.compare_labels import LabelComparison, compare_labels
from core.registry.decoded import decode
from core.registry.predictors import Classifiers
from core.workflows.correct.classify_image import classifier_card, classifier_of
from core.workflows.learn.classify_train import ENCODER
from core.workflows.learn.fine_tune_recipe import general_weights
from core.workflows.learn.job_reporter import JobReporter
from core.workflows.learn.label_card import validated_card
from core.workflows.learn.trainer import Amount, Given, Run, Trainer
from core.workspace import ImageRow, VersionRow, Workspace, is_trainable

FINE_TUNE_RATE = 1e-4
"""A tenth of the usual rate, so that what the classifier knows already is not unlearnt from a few images."""
FINE_TUNE_BATCH_SIZE = 8


class LabelTrainer(Trainer):
    """As the base class says."""

    purpose = "classify"
    kind = "fine_tune_classifier"
    nothing: str = Sentence(
        "There is no image with a label and a mask to train on yet; label and save one more first."
    )
    given_name = "Labelled images"
    given_source = "Labels given in this workspace"
    suffix = "_labels"
    fine_tune_images = 1200
    scratch_images = 6000

    def given(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Given:
        """Colour images with a label of the card's; from scratch the card of the classifier in use."""
        card = self._card(workspace, task_id, base)
        labels = workspace.labels.latest_of_task(task_id)
        labelled = workspace.images.list(task_id, "labelled")
        images = (image for image in labelled if image.facts.channels == 3)
        known = tuple(each for each in images if each.id in labels and labels[each.id].label in card.labels)
        return Given(card, known, labels)

    def amount(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Amount:
        """Counted here: whether a label counts, the card says."""
        given, counting = self.given(workspace, task_id, base), workspace.truth.image_ids(task_id)
        counted = [image for image in given.images if image.id in counting]
        trainable = tuple(image for image in counted if is_trainable(image))
        return Amount(
            given.card,
            images=len(given.images),
            waiting=sum(image.state != "corrected" for image in given.images),
            locked=sum(image.locked for image in counted),
            groups=tuple(Counter(image.group_id for image in trainable).values()),
            missing=self.missing(given, trainable),
        )

    def missing(self, given: Given, train: tuple[ImageRow, ...]) -> tuple[str, ...]:
        """Labels of the card that no image has."""
        there = {given.labels[image.id].label for image in train}
        titles = given.card.label_titles
        return tuple(titles.get(label, label) for label in given.card.labels if label not in there)

    def work_of(self, card: ClassifierCard) -> float:
        """In multiples of 224x224."""
        return (card.image_size / 224) ** 2

    def settings(self, card: ClassifierCard, epochs: int, seed: int, *, at_length: bool) -> ClassifyConfig:
        """What is not said here is as when the classifier was trained."""
        before = card.training or ClassifyConfig()
        before = replace(before, backbone=card.backbone, image_size=card.image_size)
        same = replace(before, epochs=epochs, patience=0, seed=seed)
        if at_length:
            return same
        return replace(
            same,
            pretrained=False,
            frozen_epochs=0,
            optimizer="adam",
            learning_rate=FINE_TUNE_RATE,
            batch_size=FINE_TUNE_BATCH_SIZE,
        )

    def train(self, context: JobContext, run: Run) -> Any:
        """Train on labels."""
        from core.classification.examples import LabelledArrays, LabelledExample, prepare_labelled
        from core.classification.fit import ClassifyRun, train_classifier

        workspace, card = context.workspace, run.given.card

        def example(image: ImageRow) -> LabelledExample:
            decoded = decode(workspace, image)
            return LabelledExample(decoded, foreground(run.mask_of(workspace, image)), run.label_of(image))

        def prepare(images: tuple[ImageRow, ...]) -> LabelledArrays:
            return prepare_labelled([partial(example, image) for image in images], card)

        return train_classifier(
            prepare(run.train),
            prepare(run.validation) if run.validation else None,
            ClassifyRun(
                num_labels=len(card.labels),
                settings=run.settings,
                augment=run.augment,
                flips=card.flips,
                start_from=self.weights(workspace, run),
                encoder=general_weights() if run.base is None and card.backbone == ENCODER else None,
            ),
            on_progress=JobReporter(context),
            should_stop=context.should_stop,
        )

    def card(self, run: Run, trained: Any) -> ClassifierCard:
        """Where its weights come from and, with validation, temperature, alert threshold and scores."""
        card: ClassifierCard = run.given.card
        if run.base is None:
            card = replace(card, temperature=1.0, data=(), parent=None)
        card = replace(card, origin=trained.origin, confusion=(), validation={})
        if trained.validation_logits is None:
            return card
        truth = np.array([card.labels.index(run.label_of(image)) for image in run.validation])
        return validated_card(card, truth, trained, run.settings.alert_recall)

    def compare(
        self, workspace: Workspace, new: VersionRow, old: VersionRow | None, **watching: Any
    ) -> LabelComparison | None:
        """By balanced accuracy."""
        return compare_labels(workspace, new, old, Classifiers(), **watching)

    def _card(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> ClassifierCard:
        if base is not None:
            return classifier_card(workspace, base)
        current = classifier_of(workspace, task_id)
        if current is None:
            raise JobError("This task has no classifier, so there are no labels to learn.")
        return current.card
