"""Whether "Smart click" follows clicks better in a task once it has learnt from the task's own masks.

Through the app's own workflow: a workspace with a task, so many saved masks of a set's training images, one
run of learning from them. Then a simulated person clicks three times at parts of other images of the set's
training and validation folders, with the network that it began from and with what came out. No test image is
read. The shipped network knows the training images of all sets; `--models` begins from one that was trained
without the kind (`train.py --task click`).

    python -m benchmarks.click_gain --data DATA --sets nuclei skin_lesion --models MODELS --json OUT.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.order_gain import over_seeds
from core.config import MODELS_DIR
from core.correction.click_windows import Answer
from core.correction.simulated_person import Case, masks_after_clicks, parts_of
from core.datasets.pairs import Pair, find_pairs, load_pair
from core.evaluation.scores import count_pixels, scores_of_counts
from core.files import write_json
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png
from core.inference.click_network import ClickNetwork
from core.jobs.kinds import JobContext
from core.registry.compare_clicks import CLICKS, MOST_PARTS
from core.registry.shipped import add_shipped
from core.workflows.add_images import add_images
from core.workflows.learn.fine_tune import plan_fine_tune, run_job
from core.workflows.open_workspace import open_workspace
from core.workspace import NewRevision

SCORED = 30


def main() -> None:
    """Learn and score for each set and seed; what is found is kept after each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--sets", nargs="+", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--images", type=int, default=20, help="masks that are learnt from")
    parser.add_argument("--models", type=Path, default=MODELS_DIR, help="folder with smart_click in it")
    parser.add_argument("--json", type=Path, required=True)
    options = parser.parse_args()
    found: dict[str, Any] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    for name in options.sets:
        folders = [options.data / name / part for part in ("train", "val")]
        pairs = [
            pair for each in folders if each.is_dir() for pair in find_pairs(each / "images", each / "masks")
        ]
        runs = found.setdefault(name, {"runs": []})["runs"]
        for seed in range(len(runs), options.seeds):
            order = np.random.default_rng(seed).permutation(len(pairs))
            learnt = [pairs[place] for place in order[: options.images]]
            others = [pairs[place] for place in order[options.images :][:SCORED]]
            runs.append(_run(learnt, others, seed, options.models))
            print(name, seed, runs[-1], flush=True)
            gain = over_seeds([each["after"] - each["before"] for each in runs])
            found[name]["gain"] = dict(zip(("mean", "low", "high"), gain, strict=True))
            write_json(options.json, found, indent=1)
        print(name, found[name]["gain"], flush=True)


def _run(learnt: list[Pair], others: list[Pair], seed: int, models: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, open_workspace(Path(folder)) as workspace:
        task = workspace.tasks.create("clicks")
        for pair in learnt:
            (outcome,) = add_images(
                workspace, task.id, [(pair.image_path.name, pair.image_path.read_bytes())]
            )
            mask = encode_png(load_pair(pair)[1])
            if outcome.image_id is not None:
                workspace.masks.save(
                    outcome.image_id, NewRevision(mask, None, 0.5, None, "simulated person", 1.0, 0.5)
                )
        base = add_shipped(workspace, task, models, "click")
        if base is None:
            raise SystemExit(f"{models} has no smart_click in it.")
        plan = plan_fine_tune(workspace, task.id, "click", base_version_id=base.id, seed=seed)
        settings = {"base_version_id": base.id, "epochs": plan.epochs, "seed": seed}
        job = workspace.jobs.add("fine_tune_clicks", task.id, settings, who="simulated person")
        begun = time.monotonic()
        result = run_job(JobContext(workspace, job))
        seconds = time.monotonic() - begun
        version = workspace.versions.get(result["version_id"])
        networks = {"before": base, "after": version}
        scores = {
            key: _score(ClickNetwork(workspace.versions.open(each)), others) for key, each in networks.items()
        }
    return {**scores, "learnt": plan.num_train, "scored": len(others), "seconds": round(seconds, 1)}


def _score(answer: Answer, pairs: list[Pair]) -> float:
    """Mean Dice after three clicks over images, of each the mean over its parts."""
    means = []
    for number, pair in enumerate(pairs):
        image, mask = load_pair(pair)
        picture, nothing = to_display(image), np.zeros(mask.shape, bool)
        values = sorted(set(np.unique(mask).tolist()) - {0, 255})
        parts = [part for value in values for part in parts_of(mask == value, MOST_PARTS, number)]
        found = [list(masks_after_clicks(Case(picture, nothing, part), answer, CLICKS))[-1] for part in parts]
        dice = [
            scores_of_counts(count_pixels(each, part))["dice"]
            for each, part in zip(found, parts, strict=True)
        ]
        means += [float(np.mean(dice))] if dice else []
    return round(float(np.mean(means)), 4)


if __name__ == "__main__":
    main()
