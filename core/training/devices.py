"""Finds what a run computes on, for TensorFlow by `tensorflow_devices`, for JAX by `jax_devices`."""

from __future__ import annotations

from typing import Literal

import keras

from core.errors import AppError
from core.training.accelerator import Accelerator

WISHES = ("auto", "cpu", "gpu", "tpu")


def find_accelerator(wish: str = "auto") -> Accelerator:
    """What is there: a TPU before GPUs before the processor, all devices of the kind together.

    Args:
        wish: "auto", or the kind that must be there.

    Raises:
        AppError: The kind that was asked for is not there.
        ValueError: Another word.
    """
    if wish not in WISHES:
        raise ValueError(f"the accelerator is one of {', '.join(WISHES)}, got {wish!r}")
    if keras.backend.backend() == "jax":
        from core.training.jax_devices import find_devices
    elif keras.backend.backend() == "tensorflow":
        from core.training.tensorflow_devices import find_devices
    else:
        raise AppError(
            "Training runs on TensorFlow or JAX, not on {backend}; set KERAS_BACKEND.",
            backend=keras.backend.backend(),
        )
    accelerator = find_devices(wish)
    if wish not in ("auto", accelerator.kind):
        raise AppError(
            "No {wish} was found by {backend}; train with --accelerator auto, or look at its installation.",
            wish=wish.upper(),
            backend=keras.backend.backend(),
        )
    return accelerator


def one_device() -> Accelerator:
    """The device that the backend takes by itself; what a fine-tune of a few images trains on."""
    if keras.backend.backend() == "jax":
        from core.training.jax_devices import first_device
    else:
        from core.training.tensorflow_devices import first_device
    return first_device()


def compute_dtype(
    precision: str, accelerator: Accelerator | None = None
) -> Literal["float32", "mixed_bfloat16"]:
    """The Keras type policy of a training run.

    "auto" takes bfloat16 where it pays: on TPUs, on GPUs from compute capability 8.0 on, and with TensorFlow
    on processors that multiply it (on two cores with AVX512-BF16 a training step took half of Keras' float32
    time). Only Linux says what the processor has; elsewhere "auto" is float32 on it.

    Args:
        precision: "auto", "float32" or "bfloat16".
        accelerator: What the run computes on, None for the device that the backend takes by itself.

    Raises:
        ValueError: Another word.
    """
    if precision not in ("auto", "float32", "bfloat16"):
        raise ValueError(f'precision is "auto", "float32" or "bfloat16", got {precision!r}')
    if precision == "auto":
        return "mixed_bfloat16" if (accelerator or one_device()).has_bfloat16 else "float32"
    return "mixed_bfloat16" if precision == "bfloat16" else "float32"
