"""README.md of a model that leaves: the card as YAML front matter for programs, and as text for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.cards import ModelCard, Score
from core.config import ScalingConfig


def model_readme(card: ModelCard, left_out: Sequence[str]) -> str:
    """The text.

    Args:
        left_out: Why a format is not in the folder.
    """
    height, width = card.image_size
    front = {
        "library_name": "keras",
        "pipeline_tag": "image-segmentation",
        "license": "other",
        "license_name": card.licence or "not stated",
        "tags": ["image-segmentation", "keras", "onnx", "openvino"],
        "input_size": [height, width],
        "input_channels": card.net.input_channels,
        "threshold": card.threshold,
        "classes": [each.name for each in card.classes] or ["background", "foreground"],
        "datasets": [each.name for each in card.data],
        "metrics": {name: score.mean for name, score in (card.test or card.validation).items()},
    }
    # Each value in JSON, which is YAML too, so that no name can break it.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in front.items()]
    parts = [
        "\n".join(["---", *lines, "---"]),
        f"# {_plain(card.title or card.name)}",
        *([_plain(" ".join(card.limits_of_use))] if card.limits_of_use else []),
        "## Files",
        "\n".join(_files(left_out)),
        "## From an image to its mask",
        _steps(card),
    ]
    if card.data:
        parts += ["## Trained on", "\n".join(f"- {_source(each)}" for each in card.data)]
    for title, scores in (("Scores on test images", card.test), ("Scores on validation", card.validation)):
        if scores:
            parts += [f"## {title}", _table(scores)]
    return "\n\n".join(parts) + "\n"


_FILES = {
    "": "`model.keras` (or `model.h5`): the weights for Keras 3, stock layers alone",
    "ONNX": "`model.onnx`: for ONNX Runtime; takes any number of images",
    "OpenVINO": "`model.xml`, `model.bin`: for OpenVINO; one image at a time",
    "card": "`card.json`: the card as the program that made the model reads it",
    "test": "`test_input.npy`, `test_output.npy`: an input of random blobs and what Keras answers",
    "ONNX script": "`run.py`: tries `model.onnx` on them; needs numpy and onnxruntime",
}


def _files(left_out: Sequence[str]) -> list[str]:
    missing = {reason.partition(" ")[0] for reason in left_out}
    there = [text for name, text in _FILES.items() if name.partition(" ")[0] not in missing]
    return [f"- {_plain(each)}" for each in (*there, *left_out)]


def _steps(card: ModelCard) -> str:
    height, width = card.image_size
    steps = [
        _scaling(card.scaling),
        "Of colours take the grey 0.299 R + 0.587 G + 0.114 B."
        if card.net.input_channels == 1
        else "Repeat grey for three channels; colours are RGB.",
        f"Stretch it to {height} rows and {width} columns (bilinear; the aspect ratio is not kept).",
        "Give it as (1, rows, columns, channels) float32.",
        f"Foreground is where the probability is {card.threshold} or more."
        if not card.classes
        else "The class of a pixel is the one with the highest probability, background first.",
    ]
    if card.flips:
        steps.insert(
            4, f"Scores are of the mean over the image and its {' and '.join(card.flips)} mirroring(s)."
        )
    if card.remove_hair:
        steps.insert(0, "Remove hair first; the program that made the model does it, this folder does not.")
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _scaling(scaling: ScalingConfig) -> str:
    if scaling.kind == "per_image":
        low, high = scaling.percentiles
        return f"Map the image's own {low:g}th to {high:g}th percentile to 0 and 1, and cut off the rest."
    unit = "Hounsfield units" if scaling.kind == "hu_window" else "values"
    return f"Map {unit} from {scaling.low:g} to {scaling.high:g} to 0 and 1, and cut off the rest."


def _source(data: Any) -> str:
    told = data.name
    if data.num_train or data.num_val or data.num_test:
        told += f" ({data.num_train} to train, {data.num_val} to validate, {data.num_test} to test)"
    return _plain(". ".join(each.rstrip(". ") for each in (told, data.source, data.licence) if each) + ".")


def _table(scores: Mapping[str, Score]) -> str:
    rows = ["| score | mean | 95 % interval |", "|---|---|---|"]
    for name, score in scores.items():
        known = score.low is not None and score.high is not None
        interval = f"{score.low:.4f} to {score.high:.4f}" if known else ""
        rows.append(f"| {name} | {score.mean:.4f} | {interval} |")
    return "\n".join(rows)


def _plain(text: str) -> str:
    """On one line, so that nothing in a name begins a heading or a table."""
    return " ".join(text.split())
