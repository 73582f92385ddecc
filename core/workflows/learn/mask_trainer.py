"""Fine-tuning of masks: the newest mask of every corrected image teaches the network that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from core.cards import MaskClass, ModelCard
from core.config import AugmentConfig, TrainConfig
from core.imaging.class_table import DEFAULT_COLOURS
from core.imaging.decode import read_png
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.registry.compare import Comparison, compare
from core.registry.decoded import decode
from core.registry.predictions import card_of
from core.registry.predictors import Predictors
from core.training.augment import changed_size
from core.training.detail import doublings
from core.training.sides import sides_that_matter
from core.workflows.learn import fine_tune_recipe as recipe
from core.workflows.learn.trainer import Amount, Given, Run, Trainer
from core.workflows.learn.training_card import validation_of
from core.workspace import ImageRow, TaskClass, VersionRow, Workspace, is_trainable
from core.workspace.classes import highest_value
from core.workspace.truth import LearntFrom

LITE_WORK = 2.2
"""Of the network of the general weights: 0.62 s for a step on eight images of 192 pixels in place of 0.28."""
_MOST_LOOKED_AT = 100
"""Masks that are looked at for sides, and for how thin their objects are."""


def with_classes(card: ModelCard, classes: Sequence[TaskClass]) -> ModelCard:
    """The card of a network with a channel for each value of the task's classes, and not fewer than before.

    One foreground stays a sigmoid. Classes that were merged or deleted keep their channel, which then has
    nothing to learn from.
    """
    num_values = highest_value(classes)
    if num_values == 1 and card.net.num_classes == 1:
        return card
    named = {each.value: MaskClass(each.name, each.colour or DEFAULT_COLOURS[1]) for each in classes}
    num_classes = max(num_values + 1, card.net.num_classes)
    unknown = (MaskClass(f"class {value}", DEFAULT_COLOURS[1]) for value in range(num_classes))
    foreground = [named.get(value, each) for value, each in enumerate(unknown)][1:]
    return replace(
        card,
        net=replace(card.net, num_classes=num_classes),
        classes=(MaskClass("background", (0, 0, 0)), *foreground),
    )


def amount_of(there: LearntFrom, card: ModelCard) -> Amount:
    """How much there is, of what the store counted."""
    return Amount(card, images=there.saved, waiting=0, locked=there.locked, groups=there.groups)


class MaskTrainer(Trainer):
    """As the base class says."""

    purpose = "segment"
    kind = "fine_tune"
    nothing: str = Sentence(
        "There is no corrected image to train on yet; correct and save at least one more image first."
    )
    given_name = "Corrected images"
    given_source = "Masks saved in this workspace"
    fine_tune_images = recipe.FINE_TUNE_IMAGES
    scratch_images = recipe.SCRATCH_IMAGES
    scratch_epochs = recipe.SCRATCH_EPOCHS

    def given(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Given:
        """Corrected images, and the card of a network that fits them and tells the task's classes apart.

        The first one sees images as large as what is thin in their masks needs.
        """
        card = self.amount(workspace, task_id, base).card
        images = tuple(workspace.images.list(task_id, "corrected"))
        truth = workspace.truth.of_task(task_id)
        saved = [truth[image.id] for image in images if is_trainable(image) and image.id in truth]
        if base is None:
            masks = (
                read_png(workspace.masks.read_mask_png(each), "mask") for each in saved[:_MOST_LOOKED_AT]
            )
            card = recipe.in_detail(card, doublings(masks, max(card.image_size)))
        return Given(recipe.within_memory(card, len(saved)), images)

    def weights(self, workspace: Workspace, run: Run) -> Path | None:
        """Of the base; without one the general weights where the network is theirs."""
        if run.base is None and run.given.card.net.architecture == "lite_unet":
            return recipe.general_weights()
        return super().weights(workspace, run)

    def amount(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Amount:
        """Counted by the store."""
        there = workspace.truth.learnt_from(task_id)
        card = recipe.scratch_card("scratch", there) if base is None else card_of(workspace, base)
        amount = amount_of(there, with_classes(card, workspace.tasks.get_by_id(task_id).all_classes))
        return replace(amount, general=recipe.begins_from_general(there))

    def work_of(self, card: ModelCard) -> float:
        """In multiples of 256x256 through 16 base filters of a U-Net."""
        height, width = changed_size(card.augmentation or AugmentConfig(), card.image_size)
        net = LITE_WORK if card.net.architecture == "lite_unet" else (card.net.base_filters / 16) ** 2
        return height * width / 256**2 * net

    def at_length(self, card: ModelCard, num_train: int, *, from_scratch: bool) -> bool:
        """Also from a base model that has learnt from fewer images than there are now, as its card says."""
        learnt = [each.num_train for each in card.data]
        return from_scratch or (bool(learnt) and max(learnt) < num_train)

    def usual_epochs(self, card: ModelCard, num_train: int, *, from_scratch: bool) -> int:
        """A network that began from the general weights needs fewer images at length."""
        general = card.net.architecture == "lite_unet"
        if general and self.at_length(card, num_train, from_scratch=from_scratch):
            return recipe.epochs_to_show(recipe.GENERAL_IMAGES, num_train, self.scratch_epochs)
        return super().usual_epochs(card, num_train, from_scratch=from_scratch)

    def settings(self, card: ModelCard, epochs: int, seed: int, *, at_length: bool) -> TrainConfig:
        """As the recipe says; what a base model was trained with is not asked."""
        return TrainConfig(
            image_size=card.image_size,
            epochs=epochs,
            batch_size=recipe.BATCH_SIZE,
            warmup=0.1 if at_length else 0.05,
            patience=0,
            seed=seed,
        )

    def augmentation(self, workspace: Workspace, run: Run) -> AugmentConfig:
        """The same as when the base was trained, but never mirrored where sides tell classes apart."""
        card: ModelCard = run.given.card
        usual = super().augmentation(workspace, run)
        if card.net.num_classes <= 2:
            return usual
        masks = (run.mask_of(workspace, image) for image in run.train[:_MOST_LOOKED_AT])
        left_right, up_down = sides_that_matter(masks, card.net.num_classes)
        return replace(
            usual,
            flip_horizontal=0.0 if left_right else usual.flip_horizontal,
            flip_vertical=0.0 if up_down else usual.flip_vertical,
        )

    def train(self, context: JobContext, run: Run) -> Any:
        """Train on masks."""
        from core.training.examples import Example, ExampleArrays, prepare_examples

        workspace, card = context.workspace, run.given.card

        def example(image: ImageRow) -> Example:
            return Example(decode(workspace, image), run.mask_of(workspace, image))

        def prepare(images: tuple[ImageRow, ...]) -> ExampleArrays:
            return prepare_examples(
                [partial(example, image) for image in images],
                image_size=run.settings.image_size,
                channels=card.net.input_channels,
                scaling=card.scaling,
                remove_hair=card.remove_hair,
                num_classes=card.net.num_classes,
            )

        validation = prepare(run.validation) if run.validation else None
        return self.fit(context, run, prepare(run.train), validation)

    def card(self, run: Run, trained: Any) -> ModelCard:
        """The threshold that is best on validation, and the Dice there."""
        card: ModelCard = run.given.card
        learnt = {"horizontal": run.augment.flip_horizontal, "vertical": run.augment.flip_vertical}
        several = card.net.num_classes > 2
        return replace(
            card,
            flips=tuple(each for each in card.flips if learnt[each] or not several),
            threshold=card.threshold if trained.threshold is None else trained.threshold,
            validation=validation_of(trained),
        )

    def compare(
        self, workspace: Workspace, new: VersionRow, old: VersionRow | None, **watching: Any
    ) -> Comparison | None:
        """By Dice."""
        return compare(workspace, new, old, Predictors(), **watching)
