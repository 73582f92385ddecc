"""Several networks on the same splits, seed and budget: whether their masks differ by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.datasets.pairs import Pair
from core.experiments.reports.differences import difference_rows, difference_sentence
from core.experiments.reports.predictions_picture import draw_curves, draw_predictions
from core.experiments.reports.tables import defined, mean_row
from core.experiments.requests.data import require_foreground, train_and_val
from core.experiments.requests.plan import ARM_WORDS, CompareRequest, arm_net
from core.experiments.requests.several_classes import class_notes, foreground, shown_columns
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.finished_run import FinishedRun
from core.experiments.runs.scoring import ImageScores
from core.experiments.runs.store import Cell, ExperimentResult, Picture
from core.experiments.runs.training_run import RunPlan, do_runs
from core.image_size import format_size
from core.language.sentence import Sentence

COLUMNS = (
    *("arm", "dice", "iou", "accuracy", "precision", "recall", "hd95", "boundary_f1"),
    *("threshold", "parameters", "epochs", "seconds"),
)


def compare(experiment: Experiment, request: CompareRequest) -> ExperimentResult:
    """Train and score each arm; where it is stopped, the arms that are finished."""
    nets = {arm: arm_net(request.recipe.net, arm) for arm in request.arms}
    data, train, val = train_and_val(experiment, request)
    scored = val if request.score_split == "val" else data.pairs_of.get("test", [])
    require_foreground(f"{request.score_split} split", scored, request.recipe.classes)
    plans = []
    for number, (arm, net) in enumerate(nets.items(), start=1):
        recipe = replace(request.recipe, net=net)
        folder = Path(request.data_dir)
        plans.append(RunPlan(arm, number, len(nets), recipe, folder, train, val, scored, request.tolerance))

    def log_test(arm: str, images: Sequence[ImageScores]) -> None:
        if request.score_split == "test":
            experiment.log_test_scoring(request.data_dir, arm, defined(images, "dice"), request.test_log)

    runs = do_runs(experiment, plans, on_scored=log_test)
    return _result(experiment, request, list(runs.values()), (scored, data.notes))


def _result(
    experiment: Experiment,
    request: CompareRequest,
    runs: Sequence[FinishedRun],
    data: tuple[Sequence[Pair], Sequence[str]],
) -> ExperimentResult:
    classes = request.recipe.classes
    scored, notes_of_data = data
    columns = shown_columns(COLUMNS, classes)
    if not runs:
        return ExperimentResult("compare", columns)
    rows: list[dict[str, Cell]] = [
        {
            "arm": run.name,
            **mean_row(run.images),
            "threshold": run.threshold,
            "parameters": run.num_parameters,
            "epochs": run.num_epochs,
            "best_epoch": run.best_epoch,
            "seconds": run.seconds,
        }
        for run in runs
    ]
    differences = difference_rows({run.name: run.images for run in runs})
    if differences:
        experiment.write_csv("differences.csv", differences)
    best = max(rows, key=lambda row: float(row["dice"] or 0))
    return ExperimentResult(
        kind="compare",
        columns=columns,
        rows=tuple({**row, "arm": ARM_WORDS[str(row["arm"])]} for row in rows),
        headline=_headline(request, rows, differences),
        number=float(best["dice"] or 0),
        number_name=f"{ARM_WORDS[str(best['arm'])]}: {request.score_split} Dice",
        pictures=_draw(experiment, request, runs, scored),
        notes=(
            *_notes(request, runs),
            *notes_of_data,
            *(difference_sentence(row) for row in differences if row["score"] != "dice"),
        ),
    )


def _headline(
    request: CompareRequest, rows: Sequence[dict[str, Cell]], differences: Sequence[dict[str, Cell]]
) -> str:
    scores = Sentence.joined(
        [
            Sentence(
                "{network} {score}",
                network=Sentence(ARM_WORDS[str(row["arm"])]),
                score=f"{float(row['dice'] or 0):.4f}",
            )
            for row in rows
        ],
        ", ",
    )
    classes = request.recipe.classes
    over = "" if classes is None else Sentence(" and {classes}", classes=foreground(classes))
    text = Sentence(
        "Mean Dice over {rows} {score_split} images{over}: {scores}.",
        rows=rows[0]["images"],
        score_split=request.score_split,
        over=over,
        scores=scores,
    )
    for row in differences:
        if row["score"] == "dice":
            text = Sentence.joined([text, difference_sentence(row)])
    return text


def _notes(request: CompareRequest, runs: Sequence[FinishedRun]) -> list[str]:
    settings, classes = request.recipe.settings, request.recipe.classes
    chosen = Sentence("Epoch and threshold were") if classes is None else Sentence("The epoch was")
    notes = [
        Sentence(
            "All networks have the same splits, seed, augmentation and at most {epochs} epochs of "
            "batches of {batch_size} at {format_size} pixels; each is scored with the weights of "
            "its best validation epoch",
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            format_size=format_size(settings.image_size),
        )
        + (Sentence(", at its best threshold on validation.") if classes is None else "."),
        Sentence(
            "Scores are means over the {num_images} images of the {score_split} split, each at "
            "its own size, with the bootstrap 95 % interval of the mean (2,000 resamples of the "
            "images).",
            num_images=len(runs[0].images),
            score_split=request.score_split,
        ),
        tolerance_note(request.tolerance),
        *class_notes(classes),
    ]
    if request.score_split == "val":
        notes.append(
            Sentence(
                "{chosen} chosen on these same validation images, so the scores are a little too "
                "good, for all networks alike.",
                chosen=chosen,
            )
        )
    for run in runs:
        if missing := len(run.images) - len(defined(run.images, "hd95")):
            notes.append(
                Sentence(
                    "HD95 of {arm_words} is undefined for {missing} images, where one mask is empty; they "
                    "are left out of its mean.",
                    arm_words=ARM_WORDS[run.name],
                    missing=missing,
                )
            )
    return notes


def tolerance_note(tolerance: float | None) -> str:
    """How boundary F1 and HD95 were measured."""
    within = (
        Sentence("0.75 % of the image's diagonal")
        if tolerance is None
        else Sentence("{tolerance:g} pixels", tolerance=tolerance)
    )
    return Sentence(
        "Boundary F1 counts an outline pixel as found within {within}; HD95 is in pixels.", within=within
    )


def _draw(
    experiment: Experiment, request: CompareRequest, runs: Sequence[FinishedRun], scored: Sequence[Pair]
) -> tuple[Picture, ...]:
    recipe, named = request.recipe, {ARM_WORDS[run.name]: run for run in runs}
    arms = {name: [run] for name, run in named.items()}
    return (
        draw_curves(experiment, named, recipe, Sentence("Loss and Dice of every network, epoch by epoch.")),
        draw_predictions(experiment, scored, arms, recipe.classes),
    )
