"""A model's scores against the threshold: where the best one lies, and how much it matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.datasets.pairs import Pair, load_pair
from core.errors import AppError
from core.evaluation.scores import bootstrap_interval
from core.evaluation.thresholds import (
    CURVE_SCORES,
    CountsByThreshold,
    best_step,
    count_by_threshold,
    mean_curve,
)
from core.experiments.reports.pictures import threshold_picture
from core.experiments.requests.data import read_data, require_foreground
from core.experiments.requests.plan import ThresholdRequest
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.store import Cell, ExperimentResult
from core.imaging.mask_files.class_masks import decided_pixels
from core.imaging.masks import quantise
from core.inference.predictor import Predictor, load_predictor
from core.language.sentence import Sentence

COLUMNS = ("which", "threshold", *CURVE_SCORES, "images")
CURVE_FILE = "thresholds.csv"


def threshold_sweep(experiment: Experiment, request: ThresholdRequest) -> ExperimentResult:
    """Predict every image once and score it at every threshold.

    Raises:
        BadModelError: The model is missing, damaged or unsafe.
        AppError: No such split, nothing to find in it, or a model of several classes.
    """
    predictor = load_predictor(Path(request.model_path))
    if predictor.card.net.num_classes != 1:
        raise AppError(
            "This model tells several classes apart and takes the likeliest, so there is no "
            "threshold to sweep; score it by evaluate.py."
        )
    pairs_of = read_data(experiment, request).pairs_of
    if request.split not in pairs_of:
        raise AppError(
            "{data_dir} has no {split} split; it has {pairs_of}.",
            data_dir=request.data_dir,
            split=request.split,
            pairs_of=", ".join(pairs_of),
        )
    pairs = pairs_of[request.split]
    require_foreground(f"{request.split} split", pairs)

    experiment.say(Sentence("Predicting {count} images", count=len(pairs)))
    counts = list(_counts(experiment, predictor, pairs))
    if len(counts) < len(pairs):
        experiment.cut_short = True
        return ExperimentResult("threshold_sweep", COLUMNS)
    curve = mean_curve(counts)
    best = best_step(curve["dice"])
    in_card = int(np.argmin(np.abs(curve["threshold"] - predictor.card.threshold)))
    if request.split == "test":
        dice = [float(each.dice()[in_card]) for each in counts]
        experiment.log_test_scoring(request.data_dir, request.model_path, dice, request.test_log)
    levels: list[dict[str, Cell]] = [
        {name: round(float(values[step]), 6) for name, values in curve.items()}
        for step in range(len(curve["threshold"]))
    ]
    experiment.write_csv(CURVE_FILE, levels)
    caption = Sentence("Dice, IoU, precision and recall against the threshold.")
    picture = experiment.write_picture("thresholds.png", threshold_picture(curve, best, in_card), caption)
    shown = [
        (Sentence("best Dice on {split}", split=request.split), best),
        (Sentence("the model's card"), in_card),
        (Sentence("a half"), 50),
    ]
    at_best, at_card = levels[best], levels[in_card]
    return ExperimentResult(
        kind="threshold_sweep",
        columns=COLUMNS,
        rows=tuple(
            {"which": name, **levels[step], **_interval(counts, step), "images": len(counts)}
            for name, step in shown
        ),
        headline=Sentence(
            "The best threshold on {num_counts} {split} images is {at_best:.2f} with a Dice of "
            "{at_best_2:.4f}; the card's {at_card:.2f} gives {at_card_2:.4f}.",
            num_counts=len(counts),
            split=request.split,
            at_best=at_best["threshold"],
            at_best_2=at_best["dice"],
            at_card=at_card["threshold"],
            at_card_2=at_card["dice"],
        ),
        number=float(at_best["dice"] or 0),
        number_name=Sentence("{split} Dice at the best threshold", split=request.split),
        pictures=(picture,),
        notes=(
            Sentence(
                "Means over the {num_counts} images of the {split} split at their own sizes, at "
                "thresholds from 0 to 1 in steps of 0.01; of equally good ones the nearest to 0.5. "
                "Intervals are the bootstrap 95 % interval of the mean Dice.",
                num_counts=len(counts),
                split=request.split,
            ),
            Sentence("Every threshold stands in {curve_file}.", curve_file=CURVE_FILE),
            *(
                (
                    Sentence(
                        "A threshold that is chosen on test makes the score on test too good; choose on val."
                    ),
                )
                if request.split == "test"
                else ()
            ),
        ),
    )


def _counts(experiment: Experiment, predictor: Predictor, pairs: list[Pair]) -> Iterator[CountsByThreshold]:
    for done, pair in enumerate(pairs, start=1):
        if experiment.should_stop():
            return
        image, reference = load_pair(pair)
        yield count_by_threshold(*decided_pixels(quantise(predictor.predict(image)), reference))
        experiment.watchers.on_check(done, len(pairs))


def _interval(counts: list[CountsByThreshold], step: int) -> dict[str, Cell]:
    low, high = bootstrap_interval([float(each.dice()[step]) for each in counts])
    return {"dice_low": round(low, 6), "dice_high": round(high, 6)}
