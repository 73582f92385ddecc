"""`--task classify` of train.py, evaluate.py and predict.py: flags in, one workflow called, exit code out."""

from __future__ import annotations

import shlex
import sys

from core.cards import Score
from core.commands import EXIT_WRONG_INPUT
from core.commands.classify_flags import evaluate_parser, predict_parser, request_of, source_of, train_parser
from core.commands.progress import ImageBar, TrainingDisplay
from core.language import say
from core.language.sentence import print_sentence, said
from core.workflows.predict.places import open_places

NO_DIAGNOSIS = "These probabilities are for research and are no diagnosis."


def train(arguments: list[str]) -> int:
    """Train as the arguments say; the exit code."""
    parser = train_parser(arguments)
    options = parser.parse_args(arguments)

    from core.workflows.learn.classify_train import ClassifyTrainRequest, classify_train

    try:
        request = ClassifyTrainRequest(
            output_dir=options.output_dir,
            view=options.input,
            start_from=options.init_from,
            about=options.about,
            **request_of(options, shlex.join(["python", "train.py", *arguments])),
        )
    except ValueError as error:
        parser.error(error)
    with TrainingDisplay() as display:
        outcome = classify_train(request, display.watchers())
    if outcome.previous is not None:
        print_sentence("The files of an earlier run are now in {previous}.", previous=outcome.previous)
    print_sentence("Weights before training: {origin}", origin=outcome.card.origin)
    print_sentence(
        "Epoch {best_epoch} of {num_epochs} was kept; temperature {temperature:.2f}.",
        best_epoch=outcome.best_epoch,
        num_epochs=outcome.num_epochs,
        temperature=outcome.card.temperature,
    )
    _print_scores(outcome.card.validation, "validation ")
    print_sentence("Wrote {folder} with its card.", folder=outcome.weights)
    return 0


def evaluate(arguments: list[str]) -> int:
    """Score as the arguments say; the exit code."""
    parser = evaluate_parser()
    options = parser.parse_args(arguments)

    from core.workflows.measure.classify_evaluate import ClassifyEvaluateRequest, classify_evaluate

    with open_places() as places:
        try:
            source = source_of(options, places)
        except ValueError as error:
            parser.error(error)
        request = ClassifyEvaluateRequest(
            source=source,
            model_path=places.local(options.model_path),
            split=options.split,
            threshold=options.threshold,
            json_path=None if options.json is None else places.results(options.json, is_file=True),
            update_card=options.update_card,
            test_log=None if options.test_log is None else places.log(options.test_log),
            command=shlex.join(["python", "evaluate.py", *arguments]),
            called=places.as_asked,
        )
        if options.update_card:
            places.results(options.model_path, is_file=False)
        with ImageBar(say("reading")) as bar:
            result = classify_evaluate(request, on_progress=bar)
        places.saved()
    alert = (
        f", {result.card.alert_label} called from {result.threshold:.3f} on"
        if result.card.alert_label
        else ""
    )
    print(f"{options.split}: {result.num_images} images{alert}")
    _print_scores(result.scores, "")
    print("confusion (rows: true, columns: predicted): " + ", ".join(result.card.labels))
    for label, row in zip(result.card.labels, result.confusion, strict=True):
        print(f"  {label:12}" + "".join(f"{count:6d}" for count in row))
    return 0


def predict(arguments: list[str]) -> int:
    """Classify as the arguments say; the exit code."""
    options = predict_parser().parse_args(arguments)

    from core.workflows.predict.classify_predict import ClassifyPredictRequest, classify_predict

    with open_places() as places:
        request = ClassifyPredictRequest(
            places.local_images(options.image_path),
            places.local(options.model_path),
            masks_from=None if options.masks_from is None else places.local_model(options.masks_from),
            output_path=places.results(options.output_path),
            threshold=options.threshold,
            explain=options.explain,
        )
        with ImageBar(say("classifying")) as bar:
            outcome = classify_predict(request, on_progress=bar)
        places.saved()
    for sentence in (*outcome.notes, *outcome.problems):
        print(said(sentence), file=sys.stderr)
    for row in outcome.classified:
        shares = "  ".join(f"{label} {share:.3f}" for label, share in row.probabilities.items())
        print(f"{row.image.name}  {row.label}  ({shares})")
    if outcome.table is not None:
        print_sentence(
            "Labels of {num_classified} images: {as_asked}",
            num_classified=len(outcome.classified),
            as_asked=places.as_asked(outcome.table),
        )
        print(NO_DIAGNOSIS)
    return EXIT_WRONG_INPUT if outcome.problems else 0


def _print_scores(scores: dict[str, Score], before: str) -> None:
    for name, score in scores.items():
        interval = "" if score.low is None else f"  ({score.low:.4f} to {score.high:.4f})"
        print(f"  {before}{name:20} {score.mean:.4f}{interval}")
