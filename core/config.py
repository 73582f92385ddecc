"""Frozen settings of a network, its input, its augmentation and its training, and the limits of input.

Every config is a frozen dataclass whose defaults work, and is saved as JSON beside the weights that it made.
Knows nothing of Keras, Streamlit or the workspace.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import os
import types
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

Config = TypeVar("Config")

PROJECT_DIR = Path(__file__).resolve().parent.parent
MODELS_DIR = PROJECT_DIR / "models"
SAMPLES_DIR = PROJECT_DIR / "sample_images"

# Of the values of an image of more than 8 bits: what becomes black and white, on screens and in networks.
GREY_PERCENTILES = (0.5, 99.5)


def workspace_dir() -> Path:
    """The folder that keeps a person's work: `WORKSPACE_DIR`, else `./workspace`."""
    return Path(os.environ.get("WORKSPACE_DIR") or "workspace").expanduser().resolve()


def database_url() -> str:
    """Where the rows of the workspace are: `DATABASE_URL`, else empty for a file in its folder."""
    return os.environ.get("DATABASE_URL", "")


def files_url() -> str:
    """Where the files of the workspace are: `FILES_URL`, else empty for its folder."""
    return os.environ.get("FILES_URL", "")


def engine_name() -> str:
    """Where many like pieces of work are done: `ENGINE`, "local" (the default) or "dask"."""
    return os.environ.get("ENGINE") or "local"


def scheduler_address() -> str:
    """Address of the Dask scheduler: `SCHEDULER`, else empty."""
    return os.environ.get("SCHEDULER", "")


def log_level() -> int:
    """How grave what is logged must be: `LOG_LEVEL` (DEBUG, INFO, WARNING, ERROR), else INFO."""
    return logging.getLevelNamesMapping().get(os.environ.get("LOG_LEVEL", "").upper(), logging.INFO)


@dataclass(frozen=True)
class ScalingConfig:
    """How stored values become network input in [0, 1].

    Attributes:
        kind: "range" maps [low, high] linearly (display values, 0 to 255 for 8 bit); "per_image" maps the
            percentiles of the image itself; "hu_window" maps [low, high] Hounsfield units, and takes a
            picture without Hounsfield units as already windowed (0 to 255).
        low: Value that becomes 0 (ignored by "per_image").
        high: Value that becomes 1 (ignored by "per_image").
        percentiles: Of an image's own values, where more than 8 bits become display values and for
            "per_image".
    """

    kind: Literal["range", "per_image", "hu_window"] = "range"
    low: float = 0.0
    high: float = 255.0
    percentiles: tuple[float, float] = GREY_PERCENTILES


@dataclass(frozen=True)
class NetConfig:
    """A segmentation network.

    Attributes:
        architecture: "unet" (Ronneberger et al. 2015, arXiv:1505.04597), "fcn" (the same without its skip
            concatenations), "fcn8s" (Long et al. 2015, arXiv:1411.4038), which ignores `depth`, since it
            always halves five times, and `upsampling`, "click" (`core.nets.click_net`), which follows
            clicks in a crop and halves `depth` + 1 times, or "lite_unet" (`core.nets.lite_unet`), a U-Net
            whose way down is EfficientNet-Lite0, whatever `base_filters` and `batch_norm` say of its way up.
        padding: "same" keeps the sides; "valid" is the paper's own U-Net, whose output is smaller than its
            input (572 to 388 at depth 4); for "unet" with transposed convolutions only.
        depth: Number of halvings; the input's sides must be multiples of 2**depth
            (`core.nets.check_size` says it for every architecture and padding).
        base_filters: Filters of the first block; doubled at each halving ("fcn8s": up to eight times, and 16
            times at the bottom).
        input_channels: 1 (grey) or 3 (RGB); 6 for "click" (`core.correction.click_crop`).
        num_classes: 1 for one sigmoid foreground channel, else softmax over that many classes.
        batch_norm: Batch normalisation after each convolution.
        dropout: Dropout rate after the two deepest blocks, 0 for none.
        upsampling: "transpose" (2x2 transposed convolution) or "resize" (bilinear, then convolution).
    """

    architecture: Literal["unet", "fcn", "fcn8s", "click", "lite_unet"] = "unet"
    padding: Literal["same", "valid"] = "same"
    depth: int = 4
    base_filters: int = 16
    input_channels: int = 1
    num_classes: int = 1
    batch_norm: bool = True
    dropout: float = 0.0
    upsampling: Literal["transpose", "resize"] = "transpose"


@dataclass(frozen=True)
class AugmentConfig:
    """Random changes of a training pair; image and mask move together, colour changes touch the image alone.

    Attributes:
        flip_horizontal: Chance of a left-right flip.
        flip_vertical: Chance of an up-down flip.
        rotation: Largest turn in degrees, either way.
        shift: Largest shift as a part of each side, either way.
        zoom: Largest change of scale as a part, either way.
        brightness: Largest added brightness (network input is in [0, 1]), either way.
        contrast: Largest change of contrast as a part, either way.
        gamma: Largest change of the exponent as a part, either way.
        colour: Largest change of each colour channel as a part, either way (RGB only).
        noise: Largest standard deviation of added Gaussian noise.
        elastic: Largest displacement of a smooth random field as a part of the shorter side (Simard et al.
            2003).
        hair: Chance that dark hairs are drawn in (dermoscopy).
        crop: Part of each side of the part of the changed image that is learnt from, anywhere in it, so that
            small objects are seen large in the time that a small image takes; 0 for all of it.
    """

    flip_horizontal: float = 0.5
    flip_vertical: float = 0.0
    rotation: float = 10.0
    shift: float = 0.05
    zoom: float = 0.1
    brightness: float = 0.1
    contrast: float = 0.1
    gamma: float = 0.0
    colour: float = 0.0
    noise: float = 0.0
    elastic: float = 0.0
    hair: float = 0.0
    crop: float = 0.0


@dataclass(frozen=True)
class TrainConfig:
    """One training run.

    Attributes:
        image_size: (height, width) that images are stretched to for the network, in pixels.
        epochs: Most epochs.
        batch_size: Images in a step, over all replicas.
        learning_rate: Peak of the schedule, whatever the number of replicas: `batch_size` counts all of them.
        schedule: "cosine" falls to 0 at the last step, "constant" stays.
        warmup: Part of all steps in which the rate rises from 0.
        optimizer: "adam", or "sgd" with momentum 0.9.
        loss: One of `core.training.losses.LOSSES`.
        patience: Epochs without a better validation Dice before the run ends early; 0 for never.
        seed: Of weights, order and augmentation.
        precision: "auto" takes bfloat16 arithmetic where the processor has it and it pays.
        val_part: Part of train taken as validation where there is no val folder.
        weight_averaging: Momentum of the moving average of the weights, which is what is validated and kept;
            0 for none.
        steps_per_execution: Steps in one call of the compiled graph; progress is told and stops are heeded
            between calls only.
    """

    image_size: tuple[int, int] = (256, 256)
    epochs: int = 50
    batch_size: int = 16
    learning_rate: float = 1e-3
    schedule: Literal["cosine", "constant"] = "cosine"
    warmup: float = 0.1
    optimizer: Literal["adam", "sgd"] = "adam"
    loss: str = "bce_dice"
    patience: int = 15
    seed: int = 0
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    val_part: float = 0.15
    weight_averaging: float = 0.98
    steps_per_execution: int = 1


@dataclass(frozen=True)
class Limits:
    """What is let in; each is a setting, `LIMIT_MAX_PIXELS=...` and so on in the environment.

    Attributes:
        max_file_bytes: Largest single file.
        max_pixels: Most pixels of one image, checked before its pixels are decoded.
        max_side: Longest side of one image.
        max_zip_bytes: Most bytes that a zip may unpack to.
        max_zip_files: Most entries of a zip.
        max_zip_ratio: Largest unpacked / packed size of one entry.
    """

    max_file_bytes: int = 200_000_000
    max_pixels: int = 100_000_000
    max_side: int = 30_000
    max_zip_bytes: int = 4_000_000_000
    max_zip_files: int = 20_000
    max_zip_ratio: int = 200

    @classmethod
    def from_environment(cls) -> Limits:
        """The defaults, with every `LIMIT_<NAME>` of the environment put in.

        Raises:
            ValueError: A setting that is no whole number above 0.
        """
        values: dict[str, int] = {}
        for field in dataclasses.fields(cls):
            text = os.environ.get(f"LIMIT_{field.name.upper()}")
            if text is None:
                continue
            if not text.isdigit() or int(text) == 0:
                raise ValueError(f"LIMIT_{field.name.upper()}={text} is not a whole number above 0")
            values[field.name] = int(text)
        return cls(**values)


@functools.cache
def _hints_of(config_type: type[Any]) -> dict[str, Any]:
    """Types of the fields; a page reads dozens of cards, and evaluating these takes longer than reading."""
    return typing.get_type_hints(config_type)


def from_dict(config_type: type[Config], values: dict[str, Any]) -> Config:
    """A config back from `asdict`; nested configs, tuples, dicts and unions with None are rebuilt.

    Raises:
        ValueError: A key that this version does not know, or a value of the wrong shape.
    """
    hints = _hints_of(config_type)  # type: ignore[arg-type]
    names = {field.name for field in dataclasses.fields(config_type)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - names)
    if unknown:
        raise ValueError(f"{config_type.__name__} has no setting {', '.join(unknown)}")
    return config_type(**{name: _rebuild(hints[name], value) for name, value in values.items()})


def _rebuild(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [each for each in typing.get_args(hint) if each is not type(None)]
        return _rebuild(inner[0], value)
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ValueError(f"expected settings of {hint}, got {value!r}")
        return from_dict(typing.cast(type, hint), value)
    kinds = typing.get_args(hint)
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"expected names with values, got {value!r}")
        return {name: _rebuild(kinds[1], each) for name, each in value.items()}
    if origin is tuple:
        # A size was one side once: such a card or record means a square.
        values = (value, value) if kinds == (int, int) and isinstance(value, int) else value
        if kinds[-1] is not Ellipsis and len(values) != len(kinds):
            raise ValueError(f"expected {len(kinds)} values, got {value!r}")
        return tuple(_rebuild(kinds[0], each) for each in values)
    return value
