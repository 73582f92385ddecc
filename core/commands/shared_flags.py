"""Flags that several commands have: bounds, choices and words in one place, defaults from configs."""

from __future__ import annotations

from argparse import Namespace, _ActionsContainer
from dataclasses import fields, replace
from typing import Any

from core.commands import number, whole_number
from core.config import AugmentConfig, ScalingConfig
from core.evaluation.history import LOSS_LABELS
from core.image_size import format_size, parse_size
from core.imaging.image_reading import ALL
from core.language import say
from core.language.sentence import Sentence
from core.training.presets import AUGMENT_PRESETS, SCALINGS


def channel_number(text: str) -> int:
    """A channel as `core.imaging.image_reading` has it, of what a person counts from 1."""
    return ALL if text == "all" else whole_number(1)(text) - 1


def channel_word(channel: int | None) -> str | None:
    """What `channel_number` makes a channel of."""
    return None if channel is None else "all" if channel == ALL else str(channel + 1)


_FLAGS: dict[str, dict[str, Any]] = {
    "epochs": {"type": whole_number(1), "help": "most epochs"},
    "batch_size": {"type": whole_number(1), "help": "images in a step, of all devices"},
    "learning_rate": {"type": number(1e-9, 10), "help": "peak of the schedule"},
    "patience": {
        "type": whole_number(0),
        "help": "epochs without a better validation Dice before a run ends; 0 for never",
    },
    "weight_averaging": {
        "type": number(0, 0.9999),
        "help": "momentum of the moving average of the weights that is kept; 0 for none",
    },
    "seed": {"type": whole_number(0), "help": "of weights, order, augmentation and split"},
    "loss": {"choices": tuple(LOSS_LABELS), "help": "what is made small"},
    "optimizer": {"choices": ("adam", "sgd"), "help": "sgd has a momentum of 0.9"},
    "schedule": {
        "choices": ("cosine", "constant"),
        "help": "how the learning rate goes on after it has risen",
    },
    "precision": {
        "choices": ("auto", "float32", "bfloat16"),
        "help": "auto computes in bfloat16 where it pays; saved weights are float32",
    },
    "image_size": {
        "type": parse_size,
        "metavar": "SIDE|HEIGHTxWIDTH",
        "help": "pixels that images are stretched to, multiples of 2**depth: 256 for a square, 448x592 for a "
        "height of 448 and a width of 592",
    },
    "depth": {"type": whole_number(1, 8), "help": "number of halvings"},
    "base_filters": {"type": whole_number(1, 512), "help": "filters at full size; doubled at each halving"},
    "dropout": {"type": number(0, 0.9), "help": "dropout rate of the two deepest blocks"},
    "group_column": {
        "default": "",
        "help": "column of the set's CSV whose images are never parted, or none (default: a patient's)",
    },
    "group_pattern": {
        "default": "",
        "metavar": "_|REGEX",
        "help": "names that are never parted: those equal before the first _ (or another separator), or "
        "in the one group of a regular expression such as '^(P[0-9]+)'",
    },
    "classes": {
        "nargs": "+",
        "metavar": "FILE.json|NAME",
        "help": "the classes of the masks, background first: names for masks of indices, or a JSON list of "
        '{"name": ..., "colour": [red, green, blue]}; one called undefined (255) weighs nothing '
        "(default: one foreground)",
    },
    "mask_values": {
        "nargs": "+",
        "metavar": "VALUE",
        "help": "what is foreground where masks of one foreground hold several values: union for all above "
        "0, or the values, such as 1 2; undefined=255 weighs nothing (default: what the files tell)",
    },
    "read_channel": {
        "type": channel_number,
        "metavar": "N",
        "help": "which channel is read of images that have several, such as OME-TIFF: its number from 1, or "
        "all for the first three as red, green and blue",
    },
    "units": {
        "choices": ("hounsfield", "grey"),
        "help": "what the values of TIFF and NIfTI images are, which cannot say it: Hounsfield units (CT) or "
        "any others (has to be said where they look like a CT's)",
    },
    "scaling": {
        "choices": tuple(SCALINGS),
        "help": "stored values to [0, 1]: a fixed range (8 bit: 0 to 255), each image's own, or a window of "
        "Hounsfield units, -1000 to 400",
    },
    "scaling_low": {"type": number(-1e9, 1e9), "help": "value that becomes 0, instead of the scaling's own"},
    "scaling_high": {"type": number(-1e9, 1e9), "help": "value that becomes 1, instead of the scaling's own"},
    "test_flips": {
        "nargs": "*",
        "choices": ("horizontal", "vertical"),
        "default": (),
        "help": "predictions are averaged over these mirrorings of the image; each doubles their time",
    },
    "augment": {
        "nargs": "+",
        "metavar": ("PRESET", "NAME=VALUE"),
        "help": f"one of {', '.join(AUGMENT_PRESETS)}, and changes to it, such as rotation=30; names: "
        + ", ".join(field.name for field in fields(AugmentConfig)),
    },
}


def add_shared(group: _ActionsContainer, *names: str, of: object = None, more: str = "", **own: Any) -> None:
    """Add flags by name.

    Args:
        group: Parser, or a group of one.
        *names: Of the flags, without dashes; one that is not shared is all `own`.
        of: Config whose values are the defaults; None for none.
        more: Added to what the help says.
        **own: What this command has differently, as `add_argument` takes it.
    """
    for name in names:
        known = _FLAGS.get(name, {"help": ""})
        settings = {**known, "help": say(known["help"]) + say(more) if more else known["help"]}
        if of is not None:
            default = getattr(of, name)
            settings["default"] = format_size(default) if name == "image_size" else default
        group.add_argument(f"--{name}", **{**settings, **own})


def scaling_of(options: Namespace, scaling: ScalingConfig) -> ScalingConfig:
    """The scaling with the ends that the flags give.

    Raises:
        ValueError: A low that is not below its high.
    """
    low = scaling.low if options.scaling_low is None else options.scaling_low
    high = scaling.high if options.scaling_high is None else options.scaling_high
    if not low < high:
        raise ValueError(
            Sentence("the scaling's low ({low:g}) must be below its high ({high:g})", low=low, high=high)
        )
    return replace(scaling, low=low, high=high)


def augment_words(augment: AugmentConfig) -> list[str]:
    """What `--augment` takes for an augmentation: the preset, or the changes that make it out of none."""
    for name, preset in AUGMENT_PRESETS.items():
        if preset == augment:
            return [name]
    none = AUGMENT_PRESETS["none"]
    names = [each.name for each in fields(AugmentConfig)]
    changed = [name for name in names if getattr(augment, name) != getattr(none, name)]
    return ["none", *(f"{name}={getattr(augment, name):g}" for name in changed)]
