"""What people corrected or labelled -> a candidate: plan it, start it as a job, and do it in the worker.

Trains on what a person saved of every image that is not locked, writes the candidate with its card, compares
it with the version in use on the locked images, and does what the rule says: for masks, labels and clicks.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.datasets.split import draw_groups
from core.errors import JobError
from core.evaluation.evidence import Decision
from core.jobs import queue
from core.jobs.chosen_engine import chosen_engine
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.registry.compared import Compared
from core.registry.settle import settle
from core.workflows.arrive.find_groups import find_groups
from core.workflows.learn import fine_tune_recipe as recipe
from core.workflows.learn.candidate import write_candidate
from core.workflows.learn.click_trainer import ClickTrainer
from core.workflows.learn.label_trainer import LabelTrainer
from core.workflows.learn.mask_trainer import MaskTrainer
from core.workflows.learn.pace import PACE, Pace, epoch_seconds, pace_of
from core.workflows.learn.trainer import Run, Trainer
from core.workspace import JobRow, Purpose, VersionRow, Workspace, is_trainable
from core.workspace.tables import utc_now

TRAINERS: dict[Purpose, Trainer] = {
    each.purpose: each for each in (MaskTrainer(), LabelTrainer(), ClickTrainer())
}


@dataclass(frozen=True)
class FineTunePlan:
    """What a run would do.

    Attributes:
        purpose: "segment" for masks, "classify" for labels, "click" for what follows clicks.
        base_version_id: Version to start from, None for from scratch.
        epochs: Times that each image is seen.
        num_images: Images that a person corrected, or gave a label that the classifier knows.
        num_waiting: Those of them without a mask of a person, which count once they have one.
        num_train: Those that are trained on.
        num_validation: Those that the best epoch is chosen on, in whole groups; 0 for small sets.
        num_locked: Those that are kept for comparison.
        missing: Labels, as people read them, without an image to train on.
        general: Whether a run from scratch begins from the general weights.
    """

    task_id: int
    purpose: Purpose
    base_version_id: int | None
    epochs: int
    num_images: int
    num_waiting: int
    num_train: int
    num_validation: int
    num_locked: int
    missing: tuple[str, ...]
    general: bool
    seconds: float
    seed: int = 0


def plan_fine_tune(
    workspace: Workspace,
    task_id: int,
    purpose: Purpose = "segment",
    *,
    base_version_id: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
) -> FineTunePlan:
    """What a run would do now; starts nothing.

    Args:
        purpose: Masks, the labels of a task with a classifier, or the network that follows clicks.
        base_version_id: Version to start from, None for from scratch, or for the shipped one that follows
            clicks.
        epochs: Times that each image is seen, None for as many as are usually enough.

    Raises:
        JobError: Labels of a task without a classifier.
    """
    trainer = TRAINERS[purpose]
    there = trainer.amount(workspace, task_id, _base(workspace, base_version_id))
    num_trainable = sum(there.groups)
    aside = _aside([group for group, size in enumerate(there.groups) for _ in range(size)], seed)
    num_validation = sum(there.groups[group] for group in aside)
    num_train = num_trainable - num_validation
    if epochs is None:
        epochs = trainer.usual_epochs(there.card, num_train, from_scratch=base_version_id is None)
    num_shown = num_train * epochs * trainer.work_of(there.card)
    pace = pace_of(workspace, trainer.kind)
    return FineTunePlan(
        task_id=task_id,
        purpose=purpose,
        base_version_id=base_version_id,
        epochs=epochs,
        num_images=there.images,
        num_waiting=there.waiting,
        num_train=num_train,
        num_validation=num_validation,
        num_locked=there.locked,
        missing=there.missing,
        general=there.general,
        seconds=pace.seconds(num_shown, num_trainable + there.locked),
        seed=seed,
    )


def start_fine_tune(workspace: Workspace, plan: FineTunePlan, *, who: str) -> JobRow:
    """Put the run into the queue; returns at once. The same one that waits or runs already is not doubled.

    Raises:
        JobError: There is nothing to train on, no epoch, or a label without an image for a run from scratch.
    """
    trainer = TRAINERS[plan.purpose]
    if plan.num_train < 1:
        raise JobError(trainer.nothing)
    if plan.epochs < 1:
        raise JobError("{epochs} epochs train nothing; choose at least 1.", epochs=plan.epochs)
    _check_labels(plan.base_version_id, plan.missing)
    settings = {"base_version_id": plan.base_version_id, "epochs": plan.epochs, "seed": plan.seed}
    return queue.submit(workspace, trainer.kind, plan.task_id, settings, who=who, once=True)


def run_job(context: JobContext) -> dict[str, Any]:
    """Do the run in this process or on one worker of a cluster, see `fine_tune`; called by the job's process.

    A stop leaves what was learnt so far, so the worker hears of it by the store and ends by itself.
    """
    with chosen_engine() as engine:
        ((_, result),) = engine.run(fine_tune, [None], shared=context, should_stop=context.asks_elsewhere)
    return result


def fine_tune(context: JobContext, _: None = None) -> dict[str, Any]:
    """Do the run here.

    Returns:
        "version_id" of the candidate (None where it was stopped before the first step), "decision",
        "mean_old" and "mean_new" (Dice, or balanced accuracy), "num_worse" and the "pace" unless it was
        stopped in the comparison, and what was learnt from: "revision_ids" of the masks and "label_ids" of
        the labels.

    Raises:
        JobError: There is nothing to train on any more.
        DivergedError: The loss stopped being finite.
    """
    workspace, task_id = context.workspace, context.job.task_id
    if task_id is None:
        raise JobError("A fine-tuning run needs a task.")
    trainer = next(each for each in TRAINERS.values() if each.kind == context.job.kind)
    context.report(message=Sentence("Reading images"))
    begun = time.monotonic()
    # Before anything is split: what belongs to a locked group must not be trained on.
    groups = find_groups(workspace, task_id, should_stop=context.should_stop)
    if groups is None:
        return {"version_id": None}
    # Looks at each image once for all runs.
    seconds_of_groups = time.monotonic() - begun
    run = _run(context, task_id, trainer)
    if context.should_stop():
        return {"version_id": None}
    from core.training.quiet_start import start_keras

    start_keras()
    # A worker that died had got so far.
    candidate, trained = _candidate_of(context, task_id, trainer), None
    if candidate is None:
        trained = trainer.train(context, run)
        candidate = write_candidate(workspace, context.job, trainer, run, trained)
    settled = _settle(context, trainer, candidate)
    if settled is None:
        return {"version_id": candidate.id, **run.sources}
    comparison, decision = settled
    pace = {}
    # The first epoch compiles, so that one alone says nothing of how long others take.
    if trained is not None and len(trained.history) > 1:
        pace = {PACE: asdict(_pace(context, trainer, run, trained, seconds_of_groups))}
    return {
        "version_id": candidate.id,
        "decision": decision,
        "mean_old": comparison.mean_old,
        "mean_new": comparison.mean_new,
        "num_worse": comparison.num_worse,
        **pace,
        **run.sources,
    }


def _candidate_of(context: JobContext, task_id: int, trainer: Trainer) -> VersionRow | None:
    """What this job has written already."""
    versions = context.workspace.versions.list(task_id, trainer.purpose)
    return next((each for each in versions if each.job_id == context.job.id), None)


def _settle(context: JobContext, trainer: Trainer, candidate: VersionRow) -> tuple[Compared, Decision] | None:
    """Compare the candidate and do what the rule says; None where it was stopped meanwhile."""
    # A training that was ended early left a candidate that is compared all the same.
    stopped_before = context.should_stop()

    def should_stop() -> bool:
        return not stopped_before and context.should_stop()

    def told(done: int, total: int) -> None:
        context.report(
            message=Sentence("Comparing on the locked images: {done} of {total}", done=done, total=total)
        )

    def compare(old: VersionRow | None) -> Compared | None:
        return trainer.compare(context.workspace, candidate, old, on_progress=told, should_stop=should_stop)

    context.report(message=Sentence("Comparing on the locked images"))
    return settle(context.workspace, candidate, compare, should_stop=should_stop)


def _run(context: JobContext, task_id: int, trainer: Trainer) -> Run:
    """What is learnt from, split in whole groups into training and validation."""
    workspace, settings = context.workspace, context.job.settings
    base_id, epochs, seed = settings["base_version_id"], int(settings["epochs"]), int(settings["seed"])
    base = trainer.start(workspace, task_id, _base(workspace, base_id))
    given = trainer.given(workspace, task_id, base)
    masks = workspace.truth.of_task(task_id)
    images = [image for image in given.images if is_trainable(image) and image.id in masks]
    if not images:
        raise JobError(trainer.nothing)
    aside = _aside([image.group_id for image in images], seed)
    train = tuple(image for image in images if image.group_id not in aside)
    validation = tuple(image for image in images if image.group_id in aside)
    _check_labels(base_id, trainer.missing(given, train))
    long = trainer.at_length(given.card, len(train), from_scratch=base is None)
    run = Run(
        base=base,
        given=given,
        train=train,
        validation=validation,
        masks=masks,
        settings=trainer.settings(given.card, epochs, seed, at_length=long),
    )
    return replace(run, augment=trainer.augmentation(workspace, run))


def _aside(groups: list[int], seed: int) -> set[int]:
    """The groups to validate on, of one for each image; the same whatever they are called."""
    part = recipe.num_validation(len(groups)) / max(1, len(groups))
    return draw_groups(groups, part, seed) if part and len(set(groups)) > 1 else set()


def _check_labels(base_version_id: int | None, missing: tuple[str, ...]) -> None:
    if base_version_id is None and missing:
        raise JobError(
            "From scratch each label needs an image to train on, and there is none of {missing}; "
            "label some, or start from a version.",
            missing=", ".join(missing),
        )


def _pace(context: JobContext, trainer: Trainer, run: Run, trained: Any, seconds_of_groups: float) -> Pace:
    """What this run took, for the next estimate."""
    history = trained.history
    an_epoch = epoch_seconds([each.seconds for each in history])
    began = context.job.started_at or context.job.created_at
    seconds = (utc_now() - began).total_seconds() - seconds_of_groups
    num_locked = sum(image.locked for image in run.given.images)
    return Pace(
        seconds_per_image=an_epoch / len(run.train) / trainer.work_of(run.given.card),
        seconds_around=max(0.0, seconds - an_epoch * len(history)),
        num_images=len(run.train) + len(run.validation) + num_locked,
    )


def _base(workspace: Workspace, version_id: int | None) -> VersionRow | None:
    return None if version_id is None else workspace.versions.get(version_id)
