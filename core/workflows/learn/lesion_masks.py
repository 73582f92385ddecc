"""The masks that a classifier of masked images or crops is given: the data set's, a folder's or a model's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.matching import list_images, read_bytes, stem_of
from core.datasets.set_table import read_csv
from core.errors import AppError, BadFileError
from core.imaging.decode import DecodedImage, decode_mask
from core.imaging.masks import quantise, threshold_mask
from core.inference.predictor import Predictor, load_predictor

OUT_OF_FOLD = "out_of_fold.csv"


class MaskSource:
    """Gives masks; may be asked from several threads at once.

    Args:
        path: A segmentation model (folder or weights file), whose prediction at its card's threshold is
            taken; a folder of masks with the images' names; a cross-validation with one network, whose
            out-of-fold masks come from networks that have not seen the image; None for the masks of the
            data set.

    Raises:
        AppError: There is nothing at the path, or nothing of use.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.is_model = path is not None and (
            path.suffix in (".keras", ".h5") or (path / "model.keras").is_file()
        )
        self._predictor: Predictor | None = None
        self._mask_of: dict[str, Path] = {}
        if path is None:
            return
        if self.is_model:
            self._predictor = load_predictor(path)
        elif (path / OUT_OF_FOLD).is_file():
            self._mask_of = _out_of_fold(path)
        elif path.is_dir():
            self._mask_of = {stem_of(each).removesuffix("_mask"): each for each in list_images(path)}
        if not self.is_model and not self._mask_of:
            raise AppError("{path} is neither a segmentation model nor a folder of masks.", path=path)

    def mask(self, image: DecodedImage, name: str, own: Path | None) -> NDArray[np.uint8]:
        """The mask of one image, (H, W) uint8 of 0 and 1.

        Args:
            own: The data set's mask, None where it has none.

        Raises:
            BadFileError: There is no mask, or one that cannot be read.
        """
        if self._predictor is not None:
            probability = self._predictor.predict(image)
            return threshold_mask(quantise(probability), self._predictor.card.threshold).astype(np.uint8)
        path = own if self.path is None else self.path_of(name)
        if path is None:
            raise BadFileError(
                name, "has no mask, and this classifier looks at the lesion; give masks or a model of them."
            )
        height, width = image.values.shape[:2]
        return decode_mask(read_bytes(path), f"mask {path.name}", (height, width))

    def path_of(self, name: str) -> Path | None:
        """The file of an image's mask in the folder of masks, None where there is none."""
        return self._mask_of.get(stem_of(Path(name)))


def _out_of_fold(folder: Path) -> dict[str, Path]:
    _, rows = read_csv(folder / OUT_OF_FOLD)
    networks = sorted({row["arm"] for row in rows})
    if len(networks) > 1:
        raise AppError(
            "{folder} has masks of {num_networks} networks ({networks}); cross-validate one for this.",
            folder=folder,
            num_networks=len(networks),
            networks=", ".join(networks),
        )
    return {row["stem"]: folder / row["mask"] for row in rows}
