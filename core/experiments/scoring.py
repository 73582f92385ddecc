"""A trained model on images with reference masks: every score of each image, and its mask kept as a PNG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.pairs import Pair, load_pair
from core.evaluation.boundary import boundary_f1
from core.evaluation.scores import Counts, count_pixels, score_mask
from core.files import write_whole
from core.imaging.masks import encode_png, quantise, threshold_mask

SCORES = ("dice", "iou", "accuracy", "precision", "recall", "hd95", "boundary_f1")
"""F1 is left out: for one foreground it is the Dice."""


@dataclass(frozen=True)
class ImageScores:
    """One image at its own size.

    Attributes:
        stem: Its name without ending.
        scores: Each of `SCORES`; hd95 and boundary_f1 None where they are undefined.
        counts: Its confusion matrix.
    """

    stem: str
    scores: dict[str, float | None]
    counts: Counts


def score_images(
    weights: Path,
    pairs: Sequence[Pair],
    *,
    tolerance: float | None,
    masks_dir: Path,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[ImageScores]:
    """The scores of each image at the threshold of the model's card.

    Args:
        weights: Weights file with its card beside it.
        pairs: Images with reference masks.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
        masks_dir: Where STEM.png goes, 0 and 255.
        on_progress: Called with (images scored, all images).

    Raises:
        BadFileError: A file of a pair cannot be read.
    """
    from core.inference.predictor import Predictor

    predictor = Predictor(weights)
    results = []
    for pair in pairs:
        image, reference = load_pair(pair)
        mask = threshold_mask(quantise(predictor.predict(image)), predictor.card.threshold)
        write_whole(masks_dir / f"{pair.stem}.png", encode_png(mask))
        scores = score_mask(mask, reference)
        scores["boundary_f1"] = boundary_f1(mask, reference, tolerance)
        results.append(
            ImageScores(
                pair.stem,
                {name: scores[name] for name in SCORES},
                count_pixels(mask, reference),
            )
        )
        if on_progress is not None:
            on_progress(len(results), len(pairs))
    return results
