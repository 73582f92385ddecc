"""Image files -> mask, overlay and areas on disk: what predict.py does. A bad file stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.matching import read_bytes
from core.errors import AppError, BadFileError
from core.files import csv_bytes, write_whole
from core.imaging.class_table import table_of_card
from core.imaging.image_reading import AS_TOLD, ImageReading
from core.inference.predictor import load_predictor
from core.inference.stock_layers import check_stock, weights_path
from core.jobs.chosen_engine import chosen_engine
from core.watching import OnProgress, untold
from core.workflows.predict.predict_files import (
    Targets,
    find_inputs,
    names_in_tables,
    not_read_of,
    plan_targets,
)
from core.workflows.predict.predict_one import Item, Made, Maker, PredictedImage, make_one
from core.workflows.predict.predict_volumes import SeriesMasks


@dataclass(frozen=True)
class PredictRequest:
    """What is to be predicted.

    Attributes:
        image_path: A file, a folder or a glob pattern.
        model_path: Weights file or model folder.
        output_path: A folder; with a single image also the mask's own file name, ending in .png.
        threshold: In [0, 1]; None for that of the card.
        reading: What the person says of the images' channels and units.
    """

    image_path: str
    model_path: Path
    output_path: Path
    threshold: float | None = None
    reading: ImageReading = AS_TOLD


@dataclass(frozen=True)
class PredictOutcome:
    """What was written.

    Attributes:
        predicted: One entry an image or slice, in the order of the input.
        problems: A sentence for each file that could not be used.
        notes: Plain sentences for the person.
        areas: The CSV, None where no image could be used.
    """

    predicted: tuple[PredictedImage, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    areas: Path | None


def predict_many(request: PredictRequest, *, on_progress: OnProgress = untold) -> PredictOutcome:
    """Predict each image and write its files; the masks of a volume's slices are one volume.

    The mask of one foreground is 0 and 255; of several classes it holds the index of the likeliest one, and
    the overlay and the areas show each.

    Args:
        on_progress: Called with (images done, all images), first with 0.

    Raises:
        AppError: No image is found, the output cannot take them, or a threshold for several classes.
        BadModelError: The model is missing, damaged or unsafe.
    """
    check_stock(weights_path(request.model_path))
    images = find_inputs(request.image_path)
    targets, areas = plan_targets(images, request.output_path)

    predictor = load_predictor(request.model_path)
    classes = table_of_card(predictor.card)
    if classes is not None and request.threshold is not None:
        raise AppError(
            "{model_path} tells {num_classes} classes, of which the likeliest is taken; leave out "
            "--threshold.",
            model_path=request.model_path,
            num_classes=len(classes),
        )
    on_progress(0, len(images))
    found: dict[int, Made | BadFileError] = {}
    maker = Maker(request.model_path, request.threshold, request.reading, predictor)
    with chosen_engine() as engine:
        for _, (number, made) in engine.run(make_one, _read(images, targets, found), shared=maker):
            found[number] = made if isinstance(made, BadFileError) else made.put(targets[number])
            on_progress(len(found), len(images))
    predicted: list[PredictedImage] = []
    problems: list[str] = []
    notes = [*predictor.notes, *not_read_of(request.image_path)]
    notes.extend(target.note for target in targets if target.note)
    series = SeriesMasks()
    for number in range(len(images)):
        made = found[number]
        if isinstance(made, BadFileError):
            problems.append(made.sentence)
        else:
            predicted.extend(made.rows)
            notes.extend(made.notes)
            series.take(made.series)
    notes.extend(series.write())
    if predicted:
        write_whole(areas, _areas_csv(predicted, () if classes is None else classes.names))
    return PredictOutcome(tuple(predicted), tuple(problems), tuple(notes), areas if predicted else None)


def _read(
    images: Sequence[Path], targets: Sequence[Targets], found: dict[int, Made | BadFileError]
) -> Iterator[Item]:
    """The images; one that cannot be read is noted as found."""
    for number, (path, target) in enumerate(zip(images, targets, strict=True)):
        try:
            data = read_bytes(path)
        except BadFileError as error:
            found[number] = error
        else:
            yield number, path, data, target


def _areas_csv(predicted: Sequence[PredictedImage], class_names: Sequence[str]) -> bytes:
    # A column that is there where volumes are, so that the tables of plain images stay as they were.
    of_slices = any(row.slice is not None for row in predicted)
    header = ["image", *(["slice"] if of_slices else []), "height", "width", "foreground_pixels"]
    header += ["foreground_percent", *(f"{name}_pixels" for name in class_names)]
    header += ["threshold", "mask", "overlay"]
    names = names_in_tables([row.image for row in predicted])
    rows = [
        [
            *(name, *([row.slice or ""] if of_slices else []), row.height, row.width),
            *(row.foreground_pixels, f"{row.foreground_percent:.4f}", *row.class_pixels),
            *("" if row.threshold is None else row.threshold, row.mask.name),
            "" if row.overlay is None else row.overlay.name,
        ]
        for name, row in zip(names, predicted, strict=True)
    ]
    return csv_bytes([header, *rows])
