"""A task of three classes on lung CT: two are learnt first, the third is added to the task afterwards.

Left lung, right lung and the rest of the body, derived from the set's lung masks: the two largest parts are
the lungs, the body is what a threshold leaves (its largest part, holes filled). A simulated person saves them
through the real store; the real worker fine-tunes from scratch on the two lungs, then, from that model, on
all three, which widens the last layer. Dice of each class on the test split after each of the two runs.

    python -m benchmarks.several_classes --data_dir DATA/lung_ct --json docs/results/several_classes.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.fine_tune_gain import PERSON, pairs_of, print_row, wait
from core.correction.corrections import encode_layer
from core.datasets.pairs import Pair, load_pair
from core.evaluation.scores import score_mask
from core.evaluation.test_log import Scoring, check_log, log_scorings
from core.files import write_whole
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.learn.fine_tune import plan_fine_tune, start_fine_tune
from core.workflows.open_workspace import open_workspace
from core.workspace import DraftContent, TaskClass, VersionRow, Workspace

LEFT, RIGHT, BODY = "left lung", "right lung", "body"
CLASSES = (LEFT, RIGHT, BODY)
# The set's grey is a window of -1000 to 400 HU: 90 is about -500 HU, between lung and soft tissue.
BODY_ABOVE = 90
SMALLEST_LUNG = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data_dir", type=Path, required=True, help="lung_ct in the training layout")
    parser.add_argument("--num_corrected", type=int, default=24, help="images that are saved")
    parser.add_argument("--epochs", type=int, nargs=2, help="of both runs; as the app takes them if left out")
    parser.add_argument("--seed", type=int, default=0, help="which images, and the training's seed")
    parser.add_argument(
        "--test_log", type=Path, help="CSV that gets a line for each scoring of the test split"
    )
    parser.add_argument("--json", type=Path, help="file to write the numbers to")
    options = parser.parse_args()
    if options.test_log is not None:
        check_log(options.test_log)
    with tempfile.TemporaryDirectory() as folder, open_workspace(Path(folder)) as workspace:
        result = one_run(workspace, options)
    if options.json is not None:
        write_whole(options.json, (json.dumps(result, indent=2) + "\n").encode())


def one_run(workspace: Workspace, options: argparse.Namespace) -> dict[str, Any]:
    """Both trainings and their scores."""
    chosen = np.random.default_rng(options.seed).permutation(len(pairs_of(options.data_dir, "train")))
    train = [pairs_of(options.data_dir, "train")[index] for index in chosen]
    test = [each for each in pairs_of(options.data_dir, "test") if class_mask(each) is not None]
    task = workspace.tasks.create("Chest CT")
    predictors = Predictors()
    result: dict[str, Any] = {"num_corrected": options.num_corrected, "test_images": len(test)}
    version: VersionRow | None = None
    for step, names in enumerate((CLASSES[:2], CLASSES)):
        known = workspace.tasks.get_by_id(task.id).classes if step else ()
        workspace.tasks.set_classes(task.id, (*known, *(TaskClass(name) for name in names[len(known) :])))
        save_all(workspace, task.id, train, len(names), options.num_corrected, predictors)
        plan = plan_fine_tune(
            workspace,
            task.id,
            base_version_id=None if version is None else version.id,
            epochs=None if options.epochs is None else options.epochs[step],
            seed=options.seed,
        )
        job = wait(workspace, start_fine_tune(workspace, plan, who=PERSON))
        if job.status != "done" or job.result is None:
            raise SystemExit(f"The run ended as {job.status}: {job.reason}")
        version = workspace.versions.get(job.result["version_id"])
        scores = dice_of_classes(workspace, version, test, names, predictors)
        row = {
            "classes": len(names),
            "num_train": plan.num_train,
            "decision": job.result["decision"],
            **scores,
        }
        print_row(row)
        result[f"with_{len(names)}_classes"] = row
        log(options, len(names), len(test), scores)
    return result


def save_all(
    workspace: Workspace, task_id: int, pairs: list[Pair], most: int, number: int, predictors: Predictors
) -> None:
    """Each image with its true mask of the first `most` classes, as the editor would save it."""
    saved = 0
    for pair in pairs:
        mask = class_mask(pair)
        if mask is None:
            continue
        upload = (pair.image_path.name, pair.image_path.read_bytes())
        (outcome,) = add_images(workspace, task_id, [upload])
        image_id = outcome.image_id
        if image_id is None:
            raise SystemExit(outcome.message)
        mask[mask > most] = 0
        # In a layer, 1 erases and v + 1 paints the class v.
        content = DraftContent(0.5, encode_layer((mask + 1).astype(np.uint8)), None, 30.0)
        save_mask(workspace, image_id, predictors, content=content, who=PERSON)
        saved += 1
        if saved == number:
            return


def class_mask(pair: Pair) -> NDArray[np.uint8] | None:
    """(h, w) uint8: 1 the left lung, 2 the right one, 3 the rest of the body; None without both."""
    image, lungs = load_pair(pair)
    parts, labels, stats, centres = cv2.connectedComponentsWithStats((lungs > 0).astype(np.uint8))
    by_area = sorted(range(1, parts), key=lambda part: -int(stats[part, cv2.CC_STAT_AREA]))[:2]
    if len(by_area) < 2 or stats[by_area[1], cv2.CC_STAT_AREA] < SMALLEST_LUNG * lungs.size:
        return None
    # The patient's right lies on the picture's left.
    right, left = sorted(by_area, key=lambda part: float(centres[part][0]))
    mask = np.where(_body(image.values), np.uint8(3), np.uint8(0))
    mask[lungs > 0] = 0
    mask[labels == left], mask[labels == right] = 1, 2
    return mask


def _body(grey: NDArray[Any]) -> NDArray[np.bool_]:
    grey = grey if grey.ndim == 2 else grey[..., 0]
    _, labels, stats, _ = cv2.connectedComponentsWithStats((grey > BODY_ABOVE).astype(np.uint8))
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    outlines, _ = cv2.findContours(
        (labels == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return cv2.drawContours(np.zeros(grey.shape, np.uint8), outlines, -1, 1, cv2.FILLED).astype(bool)


def dice_of_classes(
    workspace: Workspace,
    version: VersionRow,
    pairs: list[Pair],
    names: tuple[str, ...],
    predictors: Predictors,
) -> dict[str, float]:
    """Mean Dice over images of each class, the likeliest class of each pixel taken."""
    model = predictors.get(workspace.versions.open(version))
    scores: dict[str, list[float]] = {name: [] for name in names}
    for pair in pairs:
        truth = class_mask(pair)
        if truth is None:
            raise ValueError(f"{pair.stem} has not two lungs")
        predicted = np.argmax(model.predict(load_pair(pair)[0]), axis=-1)
        for value, name in enumerate(names, start=1):
            dice = score_mask(predicted == value, truth == value)["dice"]
            scores[name].append(1.0 if dice is None else dice)
    return {name: float(np.mean(each)) for name, each in scores.items()}


def log(options: argparse.Namespace, num_classes: int, images: int, scores: dict[str, float]) -> None:
    """A line for each class."""
    if options.test_log is None:
        return
    log_scorings(
        options.test_log,
        [
            Scoring(
                part="several_classes",
                step=f"{num_classes} classes",
                network=name,
                images=images,
                score="dice",
                mean=mean,
                data=options.data_dir.name,
            )
            for name, mean in scores.items()
        ],
    )


if __name__ == "__main__":
    main()
