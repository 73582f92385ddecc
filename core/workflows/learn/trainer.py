"""What a fine-tuning run learns from, and what masks, labels and clicks each do of their own.

`core.workflows.learn.fine_tune` plans, starts and does a run of any; `mask_trainer`, `label_trainer` and
`click_trainer` say what they differ in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.config import AugmentConfig
from core.imaging.decode import read_png
from core.jobs.kinds import JobContext
from core.registry.compared import Compared
from core.workflows.learn.fine_tune_recipe import MAX_EPOCHS, epochs_to_show
from core.workflows.learn.job_reporter import JobReporter
from core.workspace import ImageRow, LabelRow, Purpose, RevisionRow, VersionRow, Workspace

if TYPE_CHECKING:
    from core.training.fit import TrainResult


@dataclass(frozen=True)
class Given:
    """What people gave that a run can learn from, locked images among it.

    Attributes:
        card: Of the version that a run begins from; from scratch one that says what the network will be.
        images: Corrected images, or those with a label that the classifier knows.
        labels: Newest label of each image, by image id; empty for masks.
    """

    card: Any
    images: tuple[ImageRow, ...]
    labels: dict[int, LabelRow] = field(default_factory=dict)


@dataclass(frozen=True)
class Amount:
    """How much there is to learn from, without the images.

    Attributes:
        card: As in `Given`.
        images: Those of `Given`.
        waiting: Those of them without a mask of a person.
        locked: Those that are kept for comparison.
        groups: Images to train or to validate on in each group, in order of the first of them.
        missing: Labels, as people read them, that none of these has.
        general: Whether a run from scratch begins from the general weights.
    """

    card: Any
    images: int
    waiting: int
    locked: int
    groups: tuple[int, ...]
    missing: tuple[str, ...] = ()
    general: bool = False


@dataclass(frozen=True)
class Run:
    """What one run learns from, and how.

    Attributes:
        base: Version that it starts from, None for from scratch.
        given: Card and labels.
        validation: Images to choose the best epoch and the threshold on; empty for small sets.
        masks: Newest revision of each image, by image id.
        settings: `TrainConfig` or `ClassifyConfig`.
    """

    base: VersionRow | None
    given: Given
    train: tuple[ImageRow, ...]
    validation: tuple[ImageRow, ...]
    masks: dict[int, RevisionRow]
    settings: Any
    augment: AugmentConfig = AugmentConfig()

    def label_of(self, image: ImageRow) -> str:
        """What a person called an image."""
        return self.given.labels[image.id].label or ""

    def mask_of(self, workspace: Workspace, image: ImageRow) -> Any:
        """What a person saved of an image, (H, W) of class values; 255 does not count."""
        png = workspace.masks.read_mask_png(self.masks[image.id])
        return read_png(png, f"mask of {image.name}")

    @property
    def sources(self) -> dict[str, list[int]]:
        """The "revision_ids" that are learnt from and, where labels are, their "label_ids"."""
        images = (*self.train, *self.validation)
        ids = {"revision_ids": sorted(self.masks[image.id].id for image in images)}
        if self.given.labels:
            ids["label_ids"] = sorted(self.given.labels[image.id].id for image in images)
        return ids


class Trainer:
    """What masks, labels and clicks do of their own; Keras is imported in `train` alone.

    Attributes:
        purpose: Of the version that comes out.
        kind: Of the job.
        nothing: Sentence where there is nothing to train on.
        given_name: What the data are called on the card, before the task's title.
        given_source: Where they come from.
        suffix: Of the candidate's machine name.
        fine_tune_images: Training images, each counted as often as it is seen, that are usually enough.
        scratch_images: The same where a run is `at_length`.
        scratch_epochs: Most epochs there.
    """

    purpose: Purpose
    kind: str
    nothing: str
    given_name: str
    given_source: str
    suffix = ""
    fine_tune_images: int
    scratch_images: int
    scratch_epochs = MAX_EPOCHS

    def start(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> VersionRow | None:
        """What a run begins from that was told this version, None for from scratch."""
        return base

    def weights(self, workspace: Workspace, run: Run) -> Path | None:
        """The file of the weights that a run begins from, None for fresh ones."""
        return None if run.base is None else workspace.versions.open(run.base) / "model.keras"

    def given(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Given:
        """Card, images and labels; a `JobError` where the task has nothing of the kind."""
        raise NotImplementedError

    def amount(self, workspace: Workspace, task_id: int, base: VersionRow | None) -> Amount:
        """How much `given` would give."""
        raise NotImplementedError

    def missing(self, given: Given, train: tuple[ImageRow, ...]) -> tuple[str, ...]:
        """Labels, as people read them, that no image to train on has."""
        return ()

    def work_of(self, card: Any) -> float:
        """Arithmetic of one training image, in multiples of the usual network's."""
        raise NotImplementedError

    def at_length(self, card: Any, num_train: int, *, from_scratch: bool) -> bool:
        """Whether a run has to teach what a base model would know: from scratch."""
        return from_scratch

    def usual_epochs(self, card: Any, num_train: int, *, from_scratch: bool) -> int:
        """How often each image is usually shown."""
        if self.at_length(card, num_train, from_scratch=from_scratch):
            return epochs_to_show(self.scratch_images, num_train, self.scratch_epochs)
        return epochs_to_show(self.fine_tune_images, num_train)

    def settings(self, card: Any, epochs: int, seed: int, *, at_length: bool) -> Any:
        """The settings of a run."""
        raise NotImplementedError

    def augmentation(self, workspace: Workspace, run: Run) -> AugmentConfig:
        """The random changes of a run, whose own are not decided yet: as when the base was trained."""
        return run.given.card.augmentation or AugmentConfig()

    def train(self, context: JobContext, run: Run) -> Any:
        """`core.training.fit.TrainResult` or `core.classification.fit.ClassifyResult`."""
        raise NotImplementedError

    def fit(self, context: JobContext, run: Run, examples: Any, validation: Any) -> TrainResult:
        """Train the run's network, as `core.training.fit.train` does; told and stopped as the job is."""
        from core.training.fit import train

        return train(
            examples,
            validation,
            net=run.given.card.net,
            settings=run.settings,
            augment=run.augment,
            start_from=self.weights(context.workspace, run),
            on_progress=JobReporter(context),
            should_stop=context.should_stop,
        )

    def card(self, run: Run, trained: Any) -> Any:
        """The base's card with the candidate's scores, threshold and calibration."""
        raise NotImplementedError

    def compare(
        self, workspace: Workspace, new: VersionRow, old: VersionRow | None, **watching: Any
    ) -> Compared | None:
        """Both versions on the locked images; `on_progress` and `should_stop`, None where it was stopped."""
        raise NotImplementedError
