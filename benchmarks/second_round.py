"""What the second ten corrected images bring to a task that began without a model.

A first version is trained from scratch on ten images; ten more are corrected; then the next version is
trained in three ways: from the first one briefly, as from a base model that has learnt from many images; from
the first one at length, as the app does; and from scratch. Mean Dice on the validation images, which have no
part in any of it. A tenth to a fifth of the corrected images is locked, as in the app.

    python -m benchmarks.second_round --data DATA --sets nuclei skin_lesion lung_ct --side 128
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fine_tune_gain import PERSON, correct, mean_dice, pairs_of
from core.jobs.kinds import JobContext
from core.reasons import Reason
from core.registry.predictors import Predictors
from core.workflows.learn import fine_tune_recipe as recipe
from core.workflows.learn.fine_tune import plan_fine_tune, run_job
from core.workflows.learn.mask_trainer import MaskTrainer
from core.workflows.open_workspace import open_workspace
from core.workspace import TaskRow, VersionRow, Workspace

IMAGES = 10
"""Corrected before each training."""
AT_LENGTH = MaskTrainer.at_length


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--sets", nargs="+", default=["nuclei", "skin_lesion", "lung_ct"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--side", type=int, default=256, help="side that the networks see, in pixels")
    options = parser.parse_args()
    recipe.SCRATCH_IMAGE_SIZE = (options.side, options.side)
    for seed in options.seeds:
        for name in options.sets:
            with (
                tempfile.TemporaryDirectory() as folder,
                open_workspace(Path(folder) / "workspace", Path(folder) / "no_models") as workspace,
            ):
                one_task(workspace, options.data / name, seed)


def one_task(workspace: Workspace, data: Path, seed: int) -> None:
    """Two rounds on one set; a line for each training."""
    task = workspace.tasks.create(data.name)
    train = pairs_of(data, "train")
    order = np.random.default_rng(seed).permutation(len(train))

    def learn(label: str, base_id: int | None, *, briefly: bool = False) -> VersionRow:
        # The one thing that the arms differ in; all else is the app's.
        MaskTrainer.at_length = (lambda *_, **__: False) if briefly else AT_LENGTH  # type: ignore[method-assign]
        begun = time.monotonic()
        version, plan = learnt(workspace, task, base_id, seed)
        seconds = time.monotonic() - begun
        dice = mean_dice(workspace, version, pairs_of(data, "val"), Predictors())
        print(
            f"{data.name} seed {seed}  {label}: {plan.num_train} images, {plan.epochs} epochs, "
            f"{seconds:.0f} s, Dice {dice:.4f}",
            flush=True,
        )
        return version

    for index in order[:IMAGES]:
        correct(workspace, task.id, train[index], Predictors())
    first = learn("first", None)
    if first.status != "current":
        first = workspace.versions.promote(
            first.id, who=PERSON, why=Reason("text", {"text": "The first one."})
        )
    predictors = Predictors()
    for index in order[IMAGES : 2 * IMAGES]:
        correct(workspace, task.id, train[index], predictors)
    learn("from the first, briefly", first.id, briefly=True)
    learn("from the first, at length", first.id)
    learn("from scratch", None)


def learnt(workspace: Workspace, task: TaskRow, base_id: int | None, seed: int) -> tuple[VersionRow, Any]:
    """A version and its plan, trained in this process."""
    from core.training.quiet_start import forget_networks

    plan = plan_fine_tune(workspace, task.id, base_version_id=base_id, seed=seed)
    settings = {"base_version_id": base_id, "epochs": plan.epochs, "seed": seed}
    result = run_job(JobContext(workspace, workspace.jobs.add("fine_tune", task.id, settings, who=PERSON)))
    forget_networks()
    return workspace.versions.get(result["version_id"]), plan


if __name__ == "__main__":
    main()
