"""Score a model on one split of a data set: the command around `core.workflows.measure.evaluate_model`."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

from core.commands import Parser, number, run
from core.commands.progress import ImageBar
from core.commands.shared_flags import add_shared
from core.commands.task import add_task_flag, given
from core.evaluation.scores import METRICS
from core.language import say
from core.language.sentence import Sentence, print_sentence, said

if TYPE_CHECKING:
    from core.workflows.measure.evaluate_model import EvaluateOutcome

DESCRIPTION = """\
Score a model against reference masks, each image at its own size.

Printed: the mean over images of Dice, IoU, pixel accuracy, precision, recall, F1 and HD95
(the 95th percentile of the distances between the two outlines, in pixels) with a bootstrap
95 % interval, and the same of all pixels pooled. Both masks empty: Dice 1, HD95 0. One
empty: Dice 0, HD95 undefined; such images are counted and left out of HD95's mean.

The threshold is the card's, which was chosen on validation, unless --threshold is given.

A model of several classes is scored by the likeliest class of each pixel: accuracy is the
part of all pixels that are right, the others are means over the foreground classes, and a
table of all classes follows; one that is neither there nor predicted scores 1. Undefined
pixels of the reference (see --classes of train.py) weigh nothing.

Data, model and the file of --json may lie at an address such as gs://bucket/folder."""

EXAMPLES = """\
  python evaluate.py --data_dir dataset --model_path saved_model/unet_model.h5
  python evaluate.py --data_dir dataset --model_path models/lung_xray --split val --json scores.json"""


def build_parser() -> Parser:
    """The flags."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    add = parser.add_argument
    add_task_flag(parser)
    add("--data_dir", required=True, help="folder or address with test/images and test/masks")
    add("--model_path", required=True, help="weights file (.keras, .h5) or model folder")
    add("--split", choices=("train", "val", "test"), default="test", help="which split is scored")
    add("--threshold", type=number(0, 1), help="instead of the card's")
    add("--json", metavar="FILE", help="write all scores there, those of each image too")
    add("--test_log", metavar="FILE", help="CSV that gets a line if test is scored")
    add("--update_card", action="store_true", help="keep the scores in the model's card")
    add(
        "--classes",
        nargs="+",
        metavar="FILE.json|NAME",
        help="as for train.py, where masks hold undefined pixels or the model has no card",
    )
    add_shared(parser, "mask_values", "read_channel", "units")
    add("--both_classes", action="store_true", help="of one foreground judge the background as a class too")
    return parser


def main(arguments: list[str]) -> int:
    """Score as the arguments say; the exit code."""
    if given(arguments, "--task") == "classify":
        from core.commands import classify

        return classify.evaluate(arguments)
    options = build_parser().parse_args(arguments)

    from core.imaging.class_table import class_table
    from core.imaging.image_reading import ImageReading
    from core.imaging.mask_files.mask_values import mask_values
    from core.workflows.measure.evaluate_model import EvaluateRequest, evaluate_model
    from core.workflows.predict.places import open_places

    with open_places() as places:
        request = EvaluateRequest(
            data_dir=places.local(options.data_dir),
            model_path=places.local_model(options.model_path),
            split=options.split,
            threshold=options.threshold,
            json_path=None if options.json is None else places.results(options.json, is_file=True),
            update_card=options.update_card,
            classes=None if options.classes is None else class_table(options.classes),
            mask_values=None if options.mask_values is None else mask_values(options.mask_values),
            reading=ImageReading(options.read_channel, options.units),
            both_classes=options.both_classes,
            test_log=None if options.test_log is None else places.log(options.test_log),
            command=shlex.join(["python", "evaluate.py", *arguments]),
            called=places.as_asked,
        )
        if options.update_card:
            places.results(options.model_path)
        with ImageBar(say("scoring")) as bar:
            outcome = evaluate_model(request, on_progress=bar)
        places.saved()
    for note in outcome.notes:
        print(said(note), file=sys.stderr)
    _print_means(options.split, outcome)
    if "classes" in outcome.report:
        _print_classes(outcome.report["classes"])
    return 0


def _print_means(split: str, outcome: EvaluateOutcome) -> None:
    scores = outcome.report
    threshold = scores["threshold"]
    facts = {"split": split, "count": scores["num_images"], "threshold": threshold}
    how = Sentence(
        "{split}: {count} images by the likeliest class"
        if threshold is None
        else "{split}: {count} images at threshold {threshold:.2f}",
        **facts,
    )
    print(how.said())
    print_sentence("               mean  95 % interval        pooled")
    for name in METRICS:
        if name not in outcome.scores:
            continue
        score, pooled = outcome.scores[name], scores["pooled"].get(name)
        print(
            f"{name:10} {score.mean:8.4f}  "
            + Sentence("{low:.4f} to {high:.4f}", low=score.low, high=score.high).said()
            + "   "
            + (f"{pooled:8.4f}" if pooled is not None else "")
        )
    if scores["hd95_undefined"]:
        print_sentence(
            "hd95 is undefined for {scores} of them (one mask empty).", scores=scores["hd95_undefined"]
        )


def _print_classes(classes: dict[str, Any]) -> None:
    width = max(len("class"), *map(len, classes))
    metrics = [name for name in METRICS if name not in ("f1", "hd95")]
    print(f"\n{'class':{width}} " + " ".join(f"{name:>9}" for name in (*metrics, "hd95")))
    for name, scores in classes.items():
        hd95 = "" if scores["hd95"] is None else f"{scores['hd95']:9.2f}"
        print(f"{name:{width}} " + " ".join(f"{scores[metric]:9.4f}" for metric in metrics) + f" {hd95:>9}")


if __name__ == "__main__":
    run(main)
