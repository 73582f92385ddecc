"""One training run of an experiment: trained, scored image by image, and kept so that it can be done again.

A run folder holds what training writes (weights, card, history, curves), `pairs.json` (the recipe and which
files were trained on, chosen on and scored) from which `rerun` does it again, `masks/` with the predicted
masks of the scored images, and last of all `scores.json`: a folder with it is finished and is never trained
again.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.config import from_dict, to_dict
from core.datasets.pairs import Pair
from core.errors import AppError
from core.experiments.data import hash_pairs
from core.experiments.experiment import Experiment
from core.experiments.plan import Recipe
from core.experiments.scoring import ImageScores, score_images
from core.files import write_whole
from core.workflows.train_model import TrainOutcome, Watchers, train_on
from core.workflows.training_card import TrainRequest

if TYPE_CHECKING:
    from core.training.callbacks import ProgressReport

NAME = "model"
PARTS = ("train", "val", "scored")


@dataclass(frozen=True)
class RunPlan:
    """What one run does.

    Attributes:
        name: Of its folder under `runs/`.
        number: From 1.
        num_runs: Runs of the experiment.
        recipe: How it is trained, the arm's network in it.
        data_dir: Folder that the pairs lie in.
        train: To train on.
        val: To choose epoch and threshold on; empty for none.
        scored: Whose masks are kept and scored.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
    """

    name: str
    number: int
    num_runs: int
    recipe: Recipe
    data_dir: Path
    train: Sequence[Pair]
    val: Sequence[Pair]
    scored: Sequence[Pair]
    tolerance: float | None


@dataclass(frozen=True)
class FinishedRun:
    """What a run found; `scores.json`.

    Attributes:
        name: Of its folder.
        folder: Where it lies.
        threshold: Chosen on its validation images.
        num_epochs: Epochs that ran.
        best_epoch: Epoch whose weights were kept.
        seconds: Of training alone.
        num_parameters: Numbers that the network learns.
        images: Scores of each scored image.
    """

    name: str
    folder: Path
    threshold: float
    num_epochs: int
    best_epoch: int
    seconds: float
    num_parameters: int
    images: tuple[ImageScores, ...]


def do_run(experiment: Experiment, plan: RunPlan) -> FinishedRun | None:
    """The run's scores: read where it is finished, else trained and scored now.

    Returns:
        None where the experiment was asked to stop before the run was through.

    Raises:
        DivergedError: The loss stopped being finite.
        AppError: An image cannot be read, a setting fits no network.
        OSError: A file cannot be written.
    """
    folder = experiment.folder / "runs" / plan.name
    if (folder / "scores.json").is_file():
        return read_run(folder)
    if experiment.should_stop():
        return None
    if folder.is_dir():
        shutil.rmtree(folder)
    write_plan(folder, plan)
    experiment.say(f"Training {plan.name} ({plan.number} of {plan.num_runs})")
    started = time.monotonic()
    outcome = train_run(experiment, plan, folder)
    seconds = time.monotonic() - started
    if experiment.stopped:
        return None
    experiment.say(f"Scoring {plan.name}")
    return keep_scores(plan, folder, outcome, seconds)


def train_run(
    experiment: Experiment,
    plan: RunPlan,
    folder: Path,
    *,
    hear: Callable[[ProgressReport], None] | None = None,
    enough: Callable[[], bool] | None = None,
) -> TrainOutcome:
    """Train as planned into a folder; weights and card are written also when it was asked to stop.

    Args:
        experiment: Hears of each step, and may stop it.
        plan: What is trained on.
        folder: Where everything goes.
        hear: Told after each step too.
        enough: Whether this run, and not the whole experiment, is to end now.
    """

    def tell(report: ProgressReport) -> None:
        experiment.report(plan.name, plan.number, plan.num_runs, report)
        if hear is not None:
            hear(report)

    def should_stop() -> bool:
        return experiment.should_stop() or (enough is not None and enough())

    watchers = Watchers(on_progress=tell, should_stop=should_stop)
    request = train_request(plan.recipe, plan.data_dir, folder, experiment.request.command)
    return train_on(plan.train, plan.val, request, watchers)


def keep_scores(plan: RunPlan, folder: Path, outcome: TrainOutcome, seconds: float) -> FinishedRun:
    """Score a trained run, keep its masks, and write `scores.json`, which finishes it."""
    images = score_images(outcome.weights, plan.scored, tolerance=plan.tolerance, masks_dir=folder / "masks")
    run = FinishedRun(
        name=plan.name,
        folder=folder,
        threshold=outcome.card.threshold,
        num_epochs=outcome.num_epochs,
        best_epoch=outcome.best_epoch,
        seconds=round(seconds, 2),
        num_parameters=count_parameters(outcome.weights),
        images=tuple(images),
    )
    values = asdict(run)
    del values["folder"]
    _write_json(folder / "scores.json", values)
    return run


def read_run(folder: Path) -> FinishedRun:
    """What a finished run found.

    Raises:
        AppError: It is not finished, or its file is damaged.
    """
    values = _read_json(folder / "scores.json")
    try:
        images = tuple(from_dict(ImageScores, each) for each in values["images"])
        return FinishedRun(**{**values, "folder": folder, "images": images})
    except (KeyError, TypeError, ValueError) as error:
        raise AppError(f"{folder / 'scores.json'} is not of this version ({error}).") from None


def read_curves(folder: Path) -> list[dict[str, float | None]]:
    """The epochs of a run, from its `history.csv`; what was not measured is None."""
    with (folder / "history.csv").open(newline="", encoding="utf-8") as file:
        return [
            {name: float(text) if text else None for name, text in row.items()}
            for row in csv.DictReader(file)
        ]


def rerun(run_folder: Path, output_dir: Path, watchers: Watchers | None = None) -> TrainOutcome:
    """Train a run once more from what its folder holds.

    Args:
        run_folder: Folder of a run, finished or not.
        output_dir: Where the new weights, card, history and curves go.
        watchers: Who is told, and asked.

    Raises:
        AppError: No run there, or an image or mask is missing or not what it was.
    """
    values = _read_json(run_folder / "pairs.json")
    try:
        recipe = from_dict(Recipe, values["recipe"])
        root = Path(values["data_dir"])
        pairs_of = {
            part: [Pair(stem, root / image, root / mask) for stem, image, mask, *_ in values[part]]
            for part in PARTS
        }
        seals_of = {part: {stem: seals for stem, _, _, *seals in values[part]} for part in PARTS}
    except (KeyError, TypeError, ValueError) as error:
        raise AppError(f"{run_folder / 'pairs.json'} is not of this version ({error}).") from None
    try:
        same = hash_pairs(pairs_of) == seals_of
    except OSError as error:
        raise AppError(
            f"{error.filename} of the run {run_folder} is not there; put the data back, or start the command "
            "where their path holds."
        ) from None
    if not same:
        raise AppError(f"The images or masks of {run_folder} are not what they were; put the data back.")
    command = f"python -m core.experiments rerun {run_folder} --output_dir {output_dir}"
    request = train_request(recipe, root, output_dir, command)
    return train_on(pairs_of["train"], pairs_of["val"], request, watchers)


def train_request(recipe: Recipe, data_dir: Path, output_dir: Path, command: str) -> TrainRequest:
    """A recipe as the training workflow takes it."""
    return TrainRequest(
        data_dir=data_dir,
        output_dir=output_dir,
        name=NAME,
        net=recipe.net,
        settings=recipe.settings,
        augment=recipe.augment,
        scaling=recipe.scaling,
        flips=recipe.flips,
        command=command,
    )


def count_parameters(weights: Path) -> int:
    """Numbers that the network of a weights file learns."""
    from core.inference.load import load_network

    return sum(math.prod(weight.shape) for weight in load_network(weights).trainable_weights)


def with_net(recipe: Recipe, net: Any) -> Recipe:
    """The recipe with another network."""
    return replace(recipe, net=net)


def write_plan(folder: Path, plan: RunPlan) -> None:
    """Write `pairs.json`; paths are relative to the data folder."""
    parts = dict(zip(PARTS, (plan.train, plan.val, plan.scored), strict=True))
    seals = hash_pairs({part: list(pairs) for part, pairs in parts.items()})
    listed = {
        part: [
            [pair.stem, *(_relative(path, plan.data_dir) for path in (pair.image_path, pair.mask_path)),
             *seals[part][pair.stem]]
            for pair in pairs
        ]
        for part, pairs in parts.items()
    }  # fmt: skip
    values = {"data_dir": str(plan.data_dir), "recipe": to_dict(plan.recipe), **listed}
    _write_json(folder / "pairs.json", values)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _write_json(path: Path, values: Any) -> None:
    write_whole(path, (json.dumps(values, ensure_ascii=False) + "\n").encode())


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AppError(f"{path} cannot be read ({error}).") from None
    return values
