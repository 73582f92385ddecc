"""What twenty corrected images bring: a simulated person, the real store, queue and worker.

Starts from a shipped model, "corrects" images of another data set by giving each its true mask through the
editor's own path (prediction, correction layer, draft, save), fine-tunes, and scores the model before and
after on that set's test split and on the test split of the base model's own data. One line a seed, then the
means.

    python -m benchmarks.fine_tune_gain --data_dir DATA/chest_xray --base_data_dir DATA/chest_xray_tb --json
    OUT.json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import MODELS_DIR
from core.correction.corrections import BACKGROUND, UNTOUCHED, encode_layer
from core.datasets.pairs import Pair, find_pairs, load_pair
from core.evaluation.scores import score_mask
from core.evaluation.test_log import Scoring, check_log, log_scorings
from core.files import write_whole
from core.imaging.masks import Proposal, quantise, threshold_mask
from core.jobs import queue
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.correct import pictures
from core.workflows.correct.open_image import open_image
from core.workflows.correct.save_mask import save_mask
from core.workflows.learn.fine_tune import plan_fine_tune, start_fine_tune
from core.workflows.open_workspace import open_workspace
from core.workspace import DraftContent, JobRow, VersionRow, Workspace

PERSON = "simulated person"


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    if options.test_log is not None:
        check_log(options.test_log)
    rows = []
    for seed in options.seeds:
        with (
            tempfile.TemporaryDirectory() as folder,
            open_workspace(Path(folder), options.models_dir) as workspace,
        ):
            rows.append(one_run(workspace, seed, options))
        print_row(rows[-1])
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0] if is_score(name)}
    print_row({"seed": "mean", **means})
    if options.json is not None:
        content = {"task": options.task, "num_corrected": options.num_corrected, "runs": rows, "mean": means}
        write_whole(options.json, (json.dumps(content, indent=2) + "\n").encode())
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data_dir", type=Path, required=True, help="set whose training images are corrected"
    )
    parser.add_argument("--base_data_dir", type=Path, help="set that the base model was trained on")
    parser.add_argument(
        "--split",
        default="test",
        help="split that is scored; for choosing, val, or rest: what of train and val was not corrected",
    )
    parser.add_argument("--task", default="lung_xray", help="task, and the shipped model to start from")
    parser.add_argument("--models_dir", type=Path, default=MODELS_DIR, help="folder of the shipped models")
    parser.add_argument("--num_corrected", type=int, default=20, help="images that are corrected")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="one run each")
    parser.add_argument("--epochs", type=int, help="epochs, if not as many as the app suggests")
    parser.add_argument("--test_log", type=Path, help="CSV that gets a line for each scoring of a test split")
    parser.add_argument("--json", type=Path, help="file to write the numbers to")
    return parser.parse_args(arguments)


def one_run(workspace: Workspace, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Correct, fine-tune, score; everything as a person would do it."""
    predictors = Predictors()
    task = workspace.tasks.get(options.task)
    base = workspace.versions.current(task.id)
    if base is None:
        raise SystemExit(f"There is no model {options.task} in {options.models_dir}.")
    train = pairs_of(options.data_dir, "train")
    order = np.random.default_rng(seed).permutation(len(train))[: options.num_corrected]
    for index in order:
        correct(workspace, task.id, train[index], predictors)

    plan = plan_fine_tune(workspace, task.id, base_version_id=base.id, epochs=options.epochs, seed=seed)
    begun = time.monotonic()
    job = wait(workspace, start_fine_tune(workspace, plan, who=PERSON))
    seconds = time.monotonic() - begun
    if job.status != "done" or job.result is None:
        raise SystemExit(f"The run ended as {job.status}: {job.reason}\n{queue.log_tail(workspace, job.id)}")
    candidate = workspace.versions.get(job.result["version_id"])
    row: dict[str, Any] = {"seed": seed, "num_train": plan.num_train, "num_locked": plan.num_locked}
    row |= {"epochs": plan.epochs, "seconds": seconds, "planned_seconds": plan.seconds}
    row |= {"decision": job.result["decision"], "locked_before": job.result["mean_old"]}
    row |= {"locked_after": job.result["mean_new"]}
    given = {train[index].image_path for index in order}
    for name, folder in (("new", options.data_dir), ("own", options.base_data_dir)):
        if folder is not None:
            pairs = [pair for pair in pairs_of(folder, options.split) if pair.image_path not in given]
            row[f"{name}_before"] = mean_dice(workspace, base, pairs, predictors)
            row[f"{name}_after"] = mean_dice(workspace, candidate, pairs, predictors)
            log_pair(row, name, len(pairs), folder, options)
    return row


def correct(workspace: Workspace, task_id: int, pair: Pair, predictors: Predictors) -> None:
    """Upload an image, look at the prediction, draw what is wrong, save."""
    upload = (pair.image_path.name, pair.image_path.read_bytes())
    (outcome,) = add_images(workspace, task_id, [upload])
    if outcome.image_id is None:
        raise SystemExit(outcome.message)
    opened = open_image(workspace, outcome.image_id, predictors, who=PERSON)
    proposal = pictures.proposal(workspace, opened.image, opened.version, predictors)
    layer = encode_layer(drawn_over(load_pair(pair)[1], proposal, opened.threshold))
    version_id = None if opened.version is None else opened.version.id
    workspace.drafts.put(
        outcome.image_id,
        who=PERSON,
        version_id=version_id,
        threshold=opened.threshold,
        layer_png=layer,
        client_id=PERSON,
        sequence=1,
        seconds=30.0,
    )
    content = DraftContent(opened.threshold, layer, version_id, 30.0)
    save_mask(workspace, outcome.image_id, predictors, content=content, who=PERSON, client_id=PERSON)


def drawn_over(mask: NDArray[np.uint8], proposal: Proposal, threshold: float) -> NDArray[np.uint8]:
    """The smallest layer that turns the proposal into this mask: pixels that agree stay untouched."""
    return np.where(mask == proposal.mask(threshold), UNTOUCHED, mask + BACKGROUND).astype(np.uint8)


def wait(workspace: Workspace, job: JobRow) -> JobRow:
    """The job once it has ended."""
    while job.status in ("queued", "running"):
        time.sleep(0.5)
        job = queue.status(workspace, job.id)
    return job


def mean_dice(workspace: Workspace, version: VersionRow, pairs: list[Pair], predictors: Predictors) -> float:
    """Mean Dice over images, each at its own size, at the threshold of the version's card."""
    model = predictors.get(workspace.versions.open(version))
    scores = []
    for pair in pairs:
        image, mask = load_pair(pair)
        predicted = threshold_mask(quantise(model.predict(image)), model.card.threshold)
        scores.append(score_mask(predicted, mask)["dice"])
    return float(np.mean([score for score in scores if score is not None]))


def log_pair(row: dict[str, Any], name: str, images: int, data: Path, options: argparse.Namespace) -> None:
    """A line each for the base and the candidate where a test split was scored."""
    if options.test_log is None or options.split != "test":
        return
    scorings = [
        Scoring(
            part="fine_tune_gain",
            step=f"seed {row['seed']}",
            network=f"{options.task} {when}",
            images=images,
            score="dice",
            mean=row[f"{name}_{when}"],
            data=data.name,
        )
        for when in ("before", "after")
    ]
    log_scorings(options.test_log, scorings)


def pairs_of(root: Path, split: str) -> list[Pair]:
    """The pairs of a split, or of train and val together for "rest"."""
    splits = ("train", "val") if split == "rest" else (split,)
    return [pair for each in splits for pair in find_pairs(root / each / "images", root / each / "masks")]


def is_score(name: str) -> bool:
    """Whether a column is a number that has a mean over seeds."""
    return name == "seconds" or name.endswith(("_before", "_after"))


def print_row(row: dict[str, Any]) -> None:
    """One line of the table."""
    shown = [
        f"{name} {value:.4f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in row.items()
    ]
    print("  ".join(shown), flush=True)


if __name__ == "__main__":
    sys.exit(main())
