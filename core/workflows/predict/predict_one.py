"""One image file -> its mask, overlay and numbers, on this machine or on a worker of a cluster."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cards import card_path
from core.config import ScalingConfig
from core.errors import BadFileError
from core.files import write_whole
from core.imaging.class_table import table_of_card
from core.imaging.decode import DecodedImage, open_file, read_frame, to_image
from core.imaging.image_reading import ImageReading
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png, likeliest, quantise, threshold_mask
from core.imaging.overlay import overlay, overlay_classes
from core.inference.predictor import Predictor, load_predictor
from core.inference.stock_layers import weights_path
from core.workflows.predict.predict_files import Targets
from core.workflows.predict.predict_volumes import SeriesMasks, predict_volume

Item = tuple[int, Path, bytes, Targets]
"""Number, path, content and targets of an image."""


@dataclass(frozen=True)
class PredictedImage:
    """One row of the areas: an image, or a slice of a volume.

    Attributes:
        height: In pixels.
        width: In pixels.
        foreground_pixels: Pixels of the mask that are not background.
        foreground_percent: Part of the image, 0 to 100.
        class_pixels: Of each class, background first; empty for one foreground.
        threshold: That made the mask, None for the likeliest of several classes.
        overlay: The overlay's file, None of a slice.
        slice: Its number from 1, None for an image of one picture.
    """

    image: Path
    height: int
    width: int
    foreground_pixels: int
    foreground_percent: float
    class_pixels: tuple[int, ...]
    threshold: float | None
    mask: Path
    overlay: Path | None
    slice: int | None = None


@dataclass(frozen=True)
class Made:
    """What was made of one image.

    Attributes:
        rows: One, or one for each slice.
        series: Its mask, where it is a slice of a DICOM series.
        files: Content by name where it could not be written in its place.
    """

    rows: list[PredictedImage]
    notes: list[str]
    series: SeriesMasks
    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, target: Targets) -> Made:
        """The same with its files in their place."""
        if not self.files:
            return self
        folder = target.mask.parent
        for name, content in self.files.items():
            write_whole(folder / name, content)
        rows = [
            replace(
                row,
                mask=folder / row.mask.name,
                overlay=None if row.overlay is None else folder / row.overlay.name,
            )
            for row in self.rows
        ]
        return Made(rows, self.notes, self.series.moved(folder))


def make_one(maker: Maker, item: Item) -> tuple[int, Made | BadFileError]:
    """A piece of work for an engine; a bad file is an answer, since it stops no other."""
    number, path, data, target = item
    try:
        return number, maker.make(path, data, target)
    except BadFileError as error:
        return number, error


class Maker:
    """Makes the files of each image; to a worker of a cluster it goes as the files of its model.

    Args:
        threshold: In [0, 1]; None for that of the card.
        reading: What the person says of the images' channels and units.
        predictor: The loaded model, None to load it.
        is_elsewhere: The images' folder is another machine's, so what is made is handed back.
    """

    def __init__(
        self,
        path: Path,
        threshold: float | None,
        reading: ImageReading,
        predictor: Predictor | None = None,
        *,
        is_elsewhere: bool = False,
    ) -> None:
        self.is_elsewhere = is_elsewhere
        self._path = path
        self._predictor = load_predictor(path) if predictor is None else predictor
        self._classes = table_of_card(self._predictor.card)
        self._threshold = self._predictor.card.threshold if threshold is None else threshold
        self._reading = reading
        self._series = SeriesMasks()

    def __reduce__(self) -> tuple[Any, ...]:
        weights = weights_path(self._path)
        files = {each.name: each.read_bytes() for each in (weights, card_path(weights)) if each.is_file()}
        return _elsewhere, (weights.name, files, self._threshold, self._reading)

    def make(self, path: Path, data: bytes, target: Targets) -> Made:
        """Everything that is made of one image.

        Raises:
            BadFileError: It cannot be used.
        """
        self._series = SeriesMasks()
        if not self.is_elsewhere:
            rows, notes = self.predict(path, data, target)
            return Made(rows, notes, self._series)
        with tempfile.TemporaryDirectory() as folder:
            aside = Path(folder)
            rows, notes = self.predict(
                path, data, Targets(aside / target.mask.name, aside / target.overlay.name)
            )
            files = {each.name: each.read_bytes() for each in sorted(aside.iterdir())}
        return Made(rows, notes, self._series, files)

    def predict(self, path: Path, data: bytes, target: Targets) -> tuple[list[PredictedImage], list[str]]:
        """The rows of an image, one for each slice, and what is to be said."""
        name = path.name
        file = open_file(data, name, self._reading.units)
        if file.masks_only:
            raise BadFileError(name, file.masks_only)
        self._reading.check(file, name)
        file = self._reading.of(file, name)
        if len(file.order) > 1:
            volume, masks, said = predict_volume(file, name, data, target.mask, self._labels)
            rows = [self._row(path, mask, place, volume, None) for place, mask in enumerate(masks, start=1)]
            return rows, said
        image = to_image(read_frame(file, name, file.order[0]))
        labels = self._labels(image)
        write_whole(target.mask, encode_png(labels if self._classes is not None else labels != 0))
        write_whole(target.overlay, encode_png(self._overlay(image, labels)))
        self._series.add(data, name, target.mask, labels)
        return [self._row(path, labels, None, target.mask, target.overlay)], [*image.notes, *file.notes]

    def _labels(self, image: DecodedImage) -> NDArray[np.uint8]:
        """(H, W) uint8, 0 and 1 or the likeliest class."""
        found = self._predictor.predict(image)
        if self._classes is not None:
            return likeliest(found)
        return threshold_mask(quantise(found), self._threshold).astype(np.uint8)

    def _overlay(self, image: DecodedImage, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        display = _display(image, self._predictor.card.scaling)
        if self._classes is None:
            return overlay(display, labels != 0)
        return overlay_classes(display, labels, self._classes.colours)

    def _row(
        self, path: Path, labels: NDArray[np.uint8], place: int | None, mask: Path, over: Path | None
    ) -> PredictedImage:
        several = self._classes is not None
        num_classes = 2 if self._classes is None else len(self._classes)
        counts = tuple(np.bincount(labels.ravel(), minlength=num_classes).tolist())
        height, width = labels.shape
        pixels = labels.size - counts[0]
        return PredictedImage(
            image=path,
            height=height,
            width=width,
            foreground_pixels=pixels,
            foreground_percent=100 * pixels / labels.size,
            class_pixels=counts if several else (),
            threshold=None if several else self._threshold,
            mask=mask,
            overlay=over,
            slice=place,
        )


def _display(image: DecodedImage, scaling: ScalingConfig) -> NDArray[np.uint8]:
    if scaling.kind == "hu_window" and image.kind == "hu":
        return to_display(image, (scaling.low, scaling.high))
    return to_display(image)


def _elsewhere(name: str, files: dict[str, bytes], threshold: float, reading: ImageReading) -> Maker:
    folder = Path(tempfile.mkdtemp(prefix="model-"))
    for each, content in files.items():
        (folder / each).write_bytes(content)
    maker = Maker(folder / name, threshold, reading, is_elsewhere=True)
    # Another worker may ask this one for the files, as long as the model is here.
    weakref.finalize(maker, shutil.rmtree, folder, ignore_errors=True)
    return maker
