"""How well the guess of a mask's quality orders images, and whether its interval holds what it promises.

Shipped models predict sets whose truth is known. A few images of a set are taken as known, the guesses of
the others are made from them, as in a task; once for each draw. "Worst fifth": how much of the fifth of the
images with the lowest Dice a reviewer meets in the first fifth of the order. By chance that is 20 %.

    python -m benchmarks.quality_guess --data DATA --json OUT.json --test_log docs/test_scorings.csv
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import MODELS_DIR
from core.datasets.pairs import find_pairs, load_pair
from core.evaluation.test_log import Scoring, check_log, log_scorings
from core.files import write_whole
from core.imaging.masks import propose
from core.inference.predictor import load_predictor
from core.review.agreement import mean_dice
from core.review.quality import calibrate, soft_dice

SETS = (
    "lung_xray:chest_xray_tb/test",
    "lung_ct:lung_ct/test",
    "skin_lesion:skin_lesion/test",
    "lung_ct:lung_ct_lctsc/test",
    "lung_xray:chest_xray/test",
)
"""Every test split that a shipped model can read."""
NUM_DRAWS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the sets")
    parser.add_argument("--sets", nargs="+", default=list(SETS), help="model:set/split, as many as wanted")
    parser.add_argument(
        "--num_known", type=int, default=20, help="known images of a set, half of it at the most"
    )
    parser.add_argument("--json", type=Path, help="file to write the numbers to")
    parser.add_argument("--test_log", type=Path, help="CSV that gets a line for each scoring of a test split")
    options = parser.parse_args(arguments)
    if options.test_log is not None:
        check_log(options.test_log)
    rows = []
    for pair in options.sets:
        model, _, name = pair.partition(":")
        scores, dices = predicted(model, options.data / name)
        if options.test_log is not None and name.endswith("/test"):
            log = Scoring("quality_guess", "predict", model, len(dices), "dice", float(dices.mean()), name)
            log_scorings(options.test_log, [log])
        rows.append({"set": name, "model": model, **measured(scores, dices, options.num_known)})
        print_row(rows[-1])
    print_row({"set": "together", **together(rows)})
    if options.json is not None:
        content = {"num_known": options.num_known, "draws": NUM_DRAWS, "sets": rows}
        content["together"] = together(rows)
        write_whole(options.json, (json.dumps(content, indent=2) + "\n").encode())
    return 0


def predicted(model: str, folder: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N,) scores and (N,) Dice of the images of a split, at the threshold of the model's card."""
    predictor = load_predictor(MODELS_DIR / model)
    scores, dices = [], []
    for pair in find_pairs(folder / "images", folder / "masks"):
        image, truth = load_pair(pair)
        proposal = propose(predictor.predict(image))
        scores.append(soft_dice(proposal, predictor.card.threshold))
        dices.append(mean_dice(proposal.mask(predictor.card.threshold), truth))
    return np.array(scores), np.array(dices)


def measured(scores: NDArray[np.float64], dices: NDArray[np.float64], num_known: int) -> dict[str, Any]:
    """Coverage and width of the interval over the draws, and how much of the worst fifth comes first."""
    held, widths, errors = [], [], []
    num_known = min(num_known, len(scores) // 2)
    for seed in range(NUM_DRAWS):
        order = np.random.default_rng(seed).permutation(len(scores))
        known, others = order[:num_known], order[num_known:]
        calibration = calibrate(scores[known].tolist(), dices[known].tolist())
        for place in others:
            guess, low, high = calibration.guess(float(scores[place]))
            if low is not None and high is not None:
                held.append(low <= dices[place] <= high)
                widths.append(high - low)
                errors.append(abs(guess - dices[place]))
    fifth = max(1, round(len(scores) / 5))
    worst, first = (set(np.argsort(values, kind="stable")[:fifth].tolist()) for values in (dices, scores))
    return {
        "images": len(scores),
        "mean_dice": float(dices.mean()),
        "rank_correlation": rank_correlation(scores, dices),
        "guessed": len(held),
        "held": int(np.sum(held)),
        "coverage": float(np.mean(held)),
        "width": float(np.median(widths)),
        "error": float(np.mean(errors)),
        "fifth": fifth,
        "worst_first": len(worst & first),
    }


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Spearman's, in [-1, 1]."""
    from scipy.stats import spearmanr

    return float(spearmanr(first, second).statistic)


def together(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """All sets: every guess counts the same, and every image of a worst fifth."""
    total = {name: sum(row[name] for row in rows) for name in ("guessed", "held", "fifth", "worst_first")}
    return {
        "coverage": total["held"] / total["guessed"],
        "worst_fifth_first": total["worst_first"] / total["fifth"],
    }


def print_row(row: dict[str, Any]) -> None:
    """One line of the table."""
    shown = [
        f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in row.items()
    ]
    print("  ".join(shown), flush=True)


if __name__ == "__main__":
    sys.exit(main())
