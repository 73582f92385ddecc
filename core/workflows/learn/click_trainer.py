"""Fine-tuning of "Smart click": the masks of the task's own images teach the network that follows clicks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.cards import ModelCard, load_card
from core.config import AugmentConfig, TrainConfig
from core.correction.click_crop import SIDE
from core.imaging.class_table import UNDEFINED
from core.imaging.intensity import to_display
from core.inference.click_network import CLICK_MODEL
from core.jobs.kinds import JobContext
from core.registry.compare_clicks import ClickComparison, compare_clicks
from core.registry.decoded import decode
from core.registry.predictions import card_of
from core.registry.shipped import CARD_NAME, add_shipped
from core.workflows.learn.mask_trainer import MaskTrainer, amount_of
from core.workflows.learn.trainer import Amount, Given, Run, Trainer
from core.workflows.learn.training_card import validation_of
from core.workspace import ImageRow, VersionRow, Workspace

if TYPE_CHECKING:
    from core.training.click_examples import ClickImage

FINE_TUNE_RATE = 1e-3
"""Half of the usual rate; a third and a tenth of it taught less, twice as much no more (decision 058)."""
BATCH_SIZE = 8
EXAMPLES = 4
"""Drawn of each image in an epoch."""
MOST_IMAGES = 300
"""That are held in memory, drawn by the run's seed."""


class ClickTrainer(Trainer):
    """As the base class says; there is no run from scratch, `train.py --task click` is that."""

    purpose = "click"
    kind = "fine_tune_clicks"
    nothing = MaskTrainer.nothing
    given_name = MaskTrainer.given_name
    given_source = MaskTrainer.given_source
    suffix = "_clicks"
    fine_tune_images = 400
    scratch_images = fine_tune_images

    def start(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> VersionRow | None:
        """The network that comes with the program where none was told."""
        return base or add_shipped(workspace, workspace.tasks.get_by_id(task_id), purpose="click")

    def given(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Given:
        """Corrected images that were checked as a whole."""
        masks = workspace.truth.of_task(task_id)
        images = workspace.images.list(task_id, "corrected")
        whole = tuple(each for each in images if each.id not in masks or masks[each.id].scope == "whole")
        return Given(_card(workspace, base), whole)

    def amount(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Amount:
        """Counted by the store."""
        return amount_of(workspace.truth.learnt_from(task_id, "whole"), _card(workspace, base))

    def work_of(self, card: ModelCard) -> float:
        """In examples."""
        return EXAMPLES

    def settings(self, card: ModelCard, epochs: int, seed: int, *, at_length: bool) -> TrainConfig:
        """A short run at a low rate."""
        return TrainConfig(
            image_size=(SIDE, SIDE),
            epochs=epochs,
            batch_size=BATCH_SIZE,
            learning_rate=FINE_TUNE_RATE,
            warmup=0.05,
            patience=0,
            seed=seed,
        )

    def augmentation(self, workspace: Workspace, run: Run) -> AugmentConfig:
        """Examples are drawn with their changes."""
        return AugmentConfig()

    def train(self, context: JobContext, run: Run) -> Any:
        """Train on drawn examples."""
        from core.training.click_examples import click_examples, kept_examples

        seed, workspace = run.settings.seed, context.workspace
        learnt = _click_images(workspace, run, run.train)
        validated = _click_images(workspace, run, run.validation)
        # As many as there are images in memory: a large task's validation must not fill it.
        kept = kept_examples([validated], EXAMPLES * len(validated), seed) if validated else None
        return self.fit(context, run, click_examples([learnt], EXAMPLES * len(run.train)), kept)

    def card(self, run: Run, trained: Any) -> ModelCard:
        """With the Dice on validation."""
        card: ModelCard = run.given.card
        return replace(card, validation=validation_of(trained))

    def compare(
        self, workspace: Workspace, new: VersionRow, old: VersionRow | None, **watching: Any
    ) -> ClickComparison | None:
        """By what three clicks bring."""
        return compare_clicks(workspace, new, old, **watching)


def _card(workspace: Workspace, base: VersionRow | None) -> ModelCard:
    return load_card(CLICK_MODEL / CARD_NAME) if base is None else card_of(workspace, base)


def _click_images(workspace: Workspace, run: Run, images: tuple[ImageRow, ...]) -> list[ClickImage]:
    """One for each class of each image; one with nothing on it where a mask is empty."""
    from core.training.click_examples import ClickImage

    drawn = np.random.default_rng(run.settings.seed).permutation(len(images))[:MOST_IMAGES]
    found = []
    for image in (images[place] for place in sorted(drawn)):
        mask, picture = run.mask_of(workspace, image), to_display(decode(workspace, image))
        values = sorted(set(np.unique(mask).tolist()) - {0, UNDEFINED}) or [1]
        found += [ClickImage(picture, np.asarray(mask == value)) for value in values]
    return found
