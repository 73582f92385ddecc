"""Score a model on one split of a data set: the command around `core.workflows.evaluate_model`."""

from __future__ import annotations

import sys
from pathlib import Path

from core.commands import Parser, number, run
from core.commands.progress import ImageBar

DESCRIPTION = """\
Score a model against reference masks, each image at its own size.

Printed: the mean over images of Dice, IoU, pixel accuracy, precision, recall, F1 and HD95
(the 95th percentile of the distances between the two outlines, in pixels) with a bootstrap
95 % interval, and the same of all pixels pooled. Both masks empty: Dice 1, HD95 0. One
empty: Dice 0, HD95 undefined; such images are counted and left out of HD95's mean.

The threshold is the card's, which was chosen on validation, unless --threshold is given."""

EXAMPLES = """\
  python evaluate.py --data_dir dataset --model_path saved_model/unet_model.h5
  python evaluate.py --data_dir dataset --model_path models/lung_xray --split val --json scores.json"""


def build_parser() -> Parser:
    """The flags."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    add = parser.add_argument
    add("--data_dir", type=Path, required=True, help="folder with test/images and test/masks")
    add("--model_path", type=Path, required=True, help="weights file (.keras, .h5) or model folder")
    add("--split", choices=("train", "val", "test"), default="test", help="which split is scored")
    add("--threshold", type=number(0, 1), help="instead of the card's")
    add("--json", type=Path, metavar="FILE", help="write all scores there, those of each image too")
    add("--update_card", action="store_true", help="keep the scores in the model's card")
    return parser


def main(arguments: list[str]) -> int:
    """Score as the arguments say; the exit code."""
    options = build_parser().parse_args(arguments)

    from core.evaluation.report import card_scores
    from core.workflows.evaluate_model import EvaluateRequest, evaluate_model

    request = EvaluateRequest(
        data_dir=options.data_dir,
        model_path=options.model_path,
        split=options.split,
        threshold=options.threshold,
        json_path=options.json,
        update_card=options.update_card,
    )
    with ImageBar("scoring") as bar:
        outcome = evaluate_model(request, on_progress=bar)
    for note in outcome.notes:
        print(note, file=sys.stderr)
    scores = outcome.report
    print(f"{options.split}: {scores['num_images']} images at threshold {scores['threshold']:.2f}")
    print(f"{'':10} {'mean':>8}  {'95 % interval':<18} {'pooled':>8}")
    for name, score in card_scores(outcome.results).items():
        pooled = scores["pooled"].get(name)
        print(
            f"{name:10} {score.mean:8.4f}  {score.low:.4f} to {score.high:.4f}   "
            + (f"{pooled:8.4f}" if pooled is not None else "")
        )
    if scores["hd95_undefined"]:
        print(f"hd95 is undefined for {scores['hd95_undefined']} of them (one mask empty).")
    return 0


if __name__ == "__main__":
    run(main)
