"""How few clicks bring a mask: a simulated person with "Smart click", beside GrabCut with the same clicks.

    python -m benchmarks.clicks --data DATA --split val
    python -m benchmarks.clicks --data DATA --split test --write

The person clicks into the largest error, at its deepest place moved by up to a tenth of the object's longest
side. From the automatic mask of a shipped model the whole mask is wanted; from nothing, one part of it (the
largest, and of nuclei three by chance). GrabCut answers the same crops, with the clicks as sure and the mask
so far as likely. `--write` keeps the figures in docs/results/smart_click.json; every scoring of a test split
is a line of docs/test_scorings.csv.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config import MODELS_DIR, PROJECT_DIR
from core.correction.click_windows import Answer
from core.correction.simulated_person import Case, masks_after_clicks, parts_of
from core.datasets.pairs import find_pairs, load_pair
from core.evaluation.scores import score_mask
from core.evaluation.test_log import LOG_NAME, Scoring, log_scorings
from core.files import write_json
from core.imaging.intensity import to_display
from core.inference.click_network import CLICK_MODEL, ClickNetwork
from core.inference.predictor import load_predictor

Mask = NDArray[np.bool_]

SETS = {"chest_xray": "lung_xray", "skin_lesion": "skin_lesion", "lung_ct": "lung_ct", "nuclei": ""}
"""Data set -> the shipped model whose masks a person corrects; empty where there is none."""
TOLD = (0, 1, 2, 3, 5)
MOST_CLICKS = 5
PARTS = {"nuclei": 3}
WANTED_IOU = 0.9
GRABCUT_ROUNDS = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, print, and keep the figures where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=tuple(SETS))
    parser.add_argument("--split", choices=("val", "test"), default="val")
    parser.add_argument("--limit", type=int, default=12, help="images of each set (default: 12)")
    parser.add_argument("--model", type=Path, default=CLICK_MODEL, help="folder of the network")
    parser.add_argument("--write", action="store_true", help="keep the figures under docs/results")
    options = parser.parse_args(arguments)
    answers: dict[str, Answer] = {"Smart click": ClickNetwork(options.model), "GrabCut": grabcut}
    rows = []
    for name in options.sets:
        for begin, make in (("automatic mask", from_automatic), ("nothing", from_nothing)):
            cases = list(make(name, options.data / name / options.split, options.limit))
            for tool, answer in answers.items():
                if cases:
                    rows.append(row_of(name, begin, tool, [clicked(case, answer) for case in cases]))
                    print(line_of(rows[-1]), flush=True)
    if options.split == "test":
        log_scorings(PROJECT_DIR / "docs" / LOG_NAME, [scoring(row) for row in rows])
    if options.write:
        content = {"split": options.split, "limit": options.limit, "rows": rows}
        write_json(PROJECT_DIR / "docs" / "results" / "smart_click.json", content, indent=1)


def from_automatic(name: str, folder: Path, limit: int) -> Iterator[Case]:
    """The whole mask is wanted, and a shipped model's is there."""
    if not SETS[name]:
        return
    predictor = load_predictor(MODELS_DIR / SETS[name])
    for pair in find_pairs(folder / "images", folder / "masks")[:limit]:
        image, mask = load_pair(pair)
        start = predictor.predict(image) >= predictor.card.threshold
        yield Case(to_display(image), start, mask == 1)


def from_nothing(name: str, folder: Path, limit: int) -> Iterator[Case]:
    """One part of a mask is wanted, and nothing is there."""
    for number, pair in enumerate(find_pairs(folder / "images", folder / "masks")[:limit]):
        image, mask = load_pair(pair)
        for part in parts_of(mask == 1, PARTS.get(name), number):
            yield Case(to_display(image), np.zeros(mask.shape, bool), part)


def clicked(case: Case, answer: Answer) -> dict[str, list[float]]:
    """Dice and IoU after each click, and how long each took in seconds; what is right stays right."""
    found: dict[str, list[float]] = {"dice": [], "iou": [], "seconds": []}
    masks = masks_after_clicks(case, answer, MOST_CLICKS)
    mask: Mask | None = case.start
    while mask is not None:
        scores = score_mask(mask.astype(np.uint8), case.truth.astype(np.uint8))
        found["dice"].append(scores["dice"] or 0.0)
        found["iou"].append(scores["iou"] or 0.0)
        begun = time.perf_counter()
        mask = next(masks, None)
        if mask is not None:
            found["seconds"].append(time.perf_counter() - begun)
    for name in ("dice", "iou"):
        found[name] += found[name][-1:] * (MOST_CLICKS + 1 - len(found[name]))
    return found


def grabcut(fed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """GrabCut on a crop as the network gets it."""
    labels = np.where(fed[..., 3] > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[fed[..., 4] > 0] = cv2.GC_FGD
    labels[fed[..., 5] > 0] = cv2.GC_BGD
    sure = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if not sure.any() or sure.all():
        return sure.astype(np.float32)
    cv2.setRNGSeed(0)
    picture = np.ascontiguousarray(fed[..., :3])
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, labels, None, *models, GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)


def row_of(name: str, begin: str, tool: str, runs: Sequence[dict[str, list[float]]]) -> dict[str, Any]:
    """Means over the cases."""
    dice = np.array([run["dice"] for run in runs])
    reached = [next((n for n, iou in enumerate(run["iou"]) if iou >= WANTED_IOU), None) for run in runs]
    seconds = np.concatenate([run["seconds"] for run in runs])
    mean = dice.mean(axis=0)
    return {
        "set": name,
        "from": begin,
        "tool": tool,
        "cases": len(runs),
        "dice": {str(count): round(float(mean[count]), 4) for count in TOLD},
        "largest_fall": round(float(max(0.0, -np.diff(mean).min())), 4),
        "clicks_to_iou_90": round(float(np.mean([MOST_CLICKS if n is None else n for n in reached])), 2),
        "reached_iou_90": round(float(np.mean([n is not None for n in reached])), 3),
        "milliseconds_p95": round(float(np.percentile(seconds, 95)) * 1000, 1),
    }


def line_of(row: dict[str, Any]) -> str:
    """A row as it is printed."""
    dice = "  ".join(f"{count}: {value:.3f}" for count, value in row["dice"].items())
    return (
        f"{row['set']:14}{row['from']:16}{row['tool']:13}{row['cases']:4}  {dice}  "
        f"IoU 0.9 after {row['clicks_to_iou_90']:.1f} ({row['reached_iou_90']:.0%})  "
        f"falls {row['largest_fall']:.4f}  {row['milliseconds_p95']:.0f} ms"
    )


def scoring(row: dict[str, Any]) -> Scoring:
    """A row's line in the log of test scorings: Dice after three clicks."""
    step = f"three clicks from {row['from']}"
    return Scoring(
        "smart_click", step, row["tool"], row["cases"], "dice", row["dice"]["3"], f"{row['set']}/test"
    )


if __name__ == "__main__":
    main()
