"""`python -m core.experiments classify`: the three inputs of a classifier, compared on the same folds.

Arguments in, `core.workflows.measure.classify_cross_validate` called, the folder of an experiment out:
experiment.json, state.json, results.json, table.csv, report.md, and each run's out-of-fold probabilities
under runs/.
"""

from __future__ import annotations

import shlex
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.classifier_cards import VIEWS
from core.commands import Parser, whole_number
from core.commands.classify_flags import add_settings_flags, add_source_flags, request_of
from core.commands.progress import TrainingDisplay
from core.evaluation.paired import PairedTest
from core.experiments.reports.display import print_found
from core.experiments.reports.report import report_markdown
from core.experiments.runs.store import Cell, ExperimentResult, State
from core.files import write_json, write_table, write_whole
from core.language.sentence import print_sentence
from core.workflows.learn.training_card import package_versions
from core.workflows.measure.classify_comparison import ClassifyComparison
from core.workflows.measure.classify_cross_validate import (
    ClassifyCrossValidateRequest,
    classify_cross_validate,
)

COLUMNS = ("input", "accuracy", "balanced_accuracy", "macro_f1", "auc")
VIEW_WORDS = {"whole": "whole image", "masked": "lesion on black", "crop": "square around the lesion"}

DESCRIPTION = """\
Compare the inputs of a classifier: the whole image, the lesion on black, a square around it.

Train and val together are divided into stratified folds, --repeats times; all inputs see the
same folds. Of each fold's training images a part stops the run, fits the temperature and
chooses the alert threshold; the fold itself is only predicted. The same command with the same
--output_dir goes on where an interrupted one ended."""

EXAMPLES = """\
  python -m core.experiments classify --data_dir dataset --merge SK=Other_SC --backbone small \\
      --no_pretrained --image_size 128 --epochs 60 --repeats 3 --output_dir experiments/inputs"""


def classify(arguments: list[str]) -> int:
    """Do what the arguments say; the exit code."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    parser.prog = "python -m core.experiments classify"
    add_source_flags(parser)
    parser.add_argument("--output_dir", type=Path, help="folder of the experiment (default: a new one)")
    parser.add_argument("--inputs", nargs="+", choices=VIEWS, default=list(VIEWS), help="what is compared")
    parser.add_argument("--folds", type=whole_number(2), default=5, help="number of folds")
    parser.add_argument("--repeats", type=whole_number(1), default=3, help="how often they are drawn anew")
    parser.add_argument("--alert_label", help="label that must not be missed (default: MEL if there is one)")
    add_settings_flags(parser)
    options = parser.parse_args(arguments)
    out = options.output_dir or Path("experiments") / f"classify-{datetime.now():%Y%m%d-%H%M%S}"
    try:
        request = ClassifyCrossValidateRequest(
            output_dir=out,
            views=tuple(options.inputs),
            folds=options.folds,
            repeats=options.repeats,
            **request_of(options, shlex.join(["python", "-m", "core.experiments", "classify", *arguments])),
        )
    except ValueError as error:
        parser.error(error)
    begun = datetime.now(UTC)
    with TrainingDisplay() as display:
        comparison = classify_cross_validate(request, display.watchers())
    result = comparison_result(comparison, request)
    _write(request, comparison, result, begun)
    print_found(result)
    print_sentence("Wrote {path} with its table.", path=out / "report.md")
    return 0


def comparison_result(
    comparison: ClassifyComparison, request: ClassifyCrossValidateRequest
) -> ExperimentResult:
    """The comparison as a table with a headline and notes."""
    rows: list[dict[str, Cell]] = []
    for view in comparison.views:
        row: dict[str, Cell] = {"input": VIEW_WORDS[view.view], "epochs": round(view.epochs)}
        for name, score in view.scores.items():
            row[name] = score.mean
            if score.low is not None:
                row |= {f"{name}_low": score.low, f"{name}_high": score.high}
        rows.append(row)
    first = comparison.views[0].scores
    alert = tuple(name for name in ("alert_recall", "alert_specificity") if name in first)
    best = max(comparison.views, key=lambda each: each.scores["accuracy"].mean)
    return ExperimentResult(
        kind="classify",
        columns=(*COLUMNS, *alert, "cross_entropy", "epochs"),
        rows=tuple(rows),
        headline="Highest out-of-fold accuracy: "
        f"{VIEW_WORDS[best.view]}, {best.scores['accuracy'].mean:.3f}; "
        f"always the commonest label: {first['majority_accuracy'].mean:.3f}.",
        number=best.scores["accuracy"].mean,
        number_name="accuracy",
        notes=(
            f"{comparison.num_images} images of train and val; {request.repeats} times {request.folds} "
            "stratified folds, the same for every input; means over repeats, 95 % intervals by drawing "
            "images.",
            f"Weights before training: {comparison.origin}",
            f"Always the commonest label: accuracy {first['majority_accuracy'].mean:.3f}; labels drawn as "
            f"often as they occur: {first['chance_accuracy'].mean:.3f}; balanced accuracy of either: "
            f"{1 / len(comparison.labels):.3f}.",
            *(_difference(pair, test) for pair, test in comparison.differences.items()),
            *(_confusion(view.view, comparison.labels, view.confusion) for view in comparison.views),
        ),
    )


def _difference(pair: str, test: PairedTest) -> str:
    first, second = (VIEW_WORDS[view] for view in pair.split(" - "))
    return (
        f"Accuracy of {first} less that of {second}: {test.mean_difference:+.3f} ({test.low:+.3f} to "
        f"{test.high:+.3f}), Wilcoxon signed-rank p = {test.p_value:.3g} over {test.num} images."
    )


def _confusion(view: str, labels: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> str:
    rows = "; ".join(
        f"{label}: " + ", ".join(f"{count} {other}" for other, count in zip(labels, row, strict=True))
        for label, row in zip(labels, counts, strict=True)
    )
    return f"Told as, by true label, all repeats together, {VIEW_WORDS[view]}: {rows}."


def _write(
    request: ClassifyCrossValidateRequest,
    comparison: ClassifyComparison,
    result: ExperimentResult,
    begun: datetime,
) -> None:
    record: dict[str, Any] = {
        "kind": "classify",
        "settings": {
            **asdict(request.settings),
            "data_dir": str(request.source.data_dir),
            "merged": request.source.merged,
            "views": list(request.views),
            "folds": request.folds,
            "repeats": request.repeats,
            "augment": asdict(request.augment),
            "remove_hair": request.remove_hair,
            "flips": list(request.flips),
        },
        "title": f"Inputs of a classifier on {request.source.data_dir.resolve().name}",
        "seed": request.settings.seed,
        "command": request.command,
        "versions": package_versions(),
        "data": {"train and val": {stem: [seal] for stem, seal in comparison.hashes.items()}},
        "created": f"{begun:%Y-%m-%dT%H:%M:%SZ}",
    }
    reason = "It was ended before all repeats were done." if comparison.stopped else ""
    out = request.output_dir
    write_json(out / "experiment.json", record)
    write_json(out / "state.json", asdict(State("stopped" if reason else "done", reason)))
    write_json(out / "results.json", asdict(result))
    write_table(out / "table.csv", result.rows)
    write_whole(out / "report.md", report_markdown(record, result, reason=reason).encode())
