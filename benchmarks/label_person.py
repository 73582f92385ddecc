"""A simulated person who gives images, masks and labels: for `benchmarks.label_fine_tune_gain`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.fine_tune_gain import PERSON
from core.datasets.labels import LabelledImage
from core.datasets.matching import read_bytes
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workflows.correct.classify_image import save_label
from core.workflows.learn.lesion_masks import MaskSource
from core.workspace import NewRevision, Workspace


def correct(workspace: Workspace, task_id: int, image: LabelledImage, others: dict[str, str]) -> None:
    """Upload an image, save its mask, give its label; a wrong one from `others` unless it is locked.

    Raises:
        SystemExit: The image was refused, or has no mask.
    """
    data = read_bytes(image.image_path)
    (outcome,) = add_images(workspace, task_id, [(image.image_path.name, data)])
    if outcome.image_id is None or image.mask_path is None:
        raise SystemExit(outcome.message or f"{image.image_path.name} has no mask.")
    decoded = decode_image(data, image.image_path.name)
    mask = MaskSource(None).mask(decoded, image.image_path.name, image.mask_path)
    revision = NewRevision(encode_png(mask), None, 0.5, None, PERSON, 30.0, float(mask.mean()))
    workspace.masks.save(outcome.image_id, revision)
    locked = workspace.images.get(outcome.image_id).locked
    label = image.label if locked else others.get(image.label, image.label)
    save_label(workspace, outcome.image_id, label, who=PERSON)


def next_label(images: Sequence[LabelledImage]) -> dict[str, str]:
    """Another label for each."""
    labels = sorted({image.label for image in images})
    return dict(zip(labels, labels[1:] + labels[:1], strict=True))
