"""What a run computes on, and in which arithmetic: one processor, several devices, or several machines.

A run asks once, builds and trains its network inside `Accelerator.scope()`, and otherwise does not care: the
batch is the global one, and losses and learning rate are those of the global batch on any hardware. How the
devices are found is next door, for TensorFlow in `tensorflow_devices` and for JAX in `jax_devices`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras

from core.errors import AppError
from core.nets.blocks import Normalization

Kind = Literal["cpu", "gpu", "tpu"]
WISHES = ("auto", "cpu", "gpu", "tpu")

CPU_FLAGS = Path("/proc/cpuinfo")
# Instructions that multiply bfloat16; without one of them TensorFlow emulates it, at half the speed of
# float32.
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@dataclass(frozen=True)
class Accelerator:
    """What a run computes on.

    Attributes:
        kind: "cpu", "gpu" or "tpu".
        num_replicas: Devices that each take an equal part of a batch, over all processes.
        num_processes: Processes that train together; 1 but for JAX on several machines.
        process: Number of this one, from 0; the first one writes the files.
        has_bfloat16: Whether bfloat16 arithmetic is faster here than float32.
        strategy: The `tf.distribute.Strategy`, None for one device and on other backends.
        distribution: The `keras.distribution.DataParallel`, None for one device and on TensorFlow.
    """

    kind: Kind = "cpu"
    num_replicas: int = 1
    num_processes: int = 1
    process: int = 0
    has_bfloat16: bool = False
    strategy: Any = None
    distribution: Any = None

    @property
    def line(self) -> str:
        """What was found, in one line."""
        devices = "1 device" if self.num_replicas == 1 else f"{self.num_replicas} devices"
        how = [keras.backend.backend()]
        if self.strategy is not None:
            how.append(type(self.strategy).__name__)
        if self.distribution is not None:
            how.append(type(self.distribution).__name__)
        if self.num_processes > 1:
            how.append(f"process {self.process + 1} of {self.num_processes}")
        how.append("bfloat16 pays" if self.has_bfloat16 else "float32")
        return f"Training on {self.kind.upper()}, {devices} ({', '.join(how)})."

    @property
    def pads_evaluation(self) -> bool:
        """Whether a last batch is filled up with images of weight 0: replicas and TPUs need equal shapes."""
        return self.num_replicas > 1 or self.kind == "tpu"

    @property
    def normalization(self) -> Normalization:
        """The batch normalisation to train with.

        TensorFlow's fused kernel on one replica. It does not synchronise, so several replicas take Keras' own
        layer, told to; on JAX that layer sees the global batch by itself.
        """
        if keras.backend.backend() != "tensorflow":
            return "stock"
        return "fused" if self.num_replicas == 1 and self.kind != "tpu" else "synchronized"

    def scope(self) -> AbstractContextManager[Any]:
        """Inside it networks are built, compiled and trained."""
        holder = self.strategy if self.strategy is not None else self.distribution
        return nullcontext() if holder is None else holder.scope()

    def check_batch(self, batch_size: int) -> None:
        """Refuse a batch that the replicas do not divide, rather than change it.

        Raises:
            AppError: Such a batch.
        """
        if batch_size % self.num_replicas == 0:
            return
        below = batch_size // self.num_replicas * self.num_replicas
        fitting = f"{below} or {below + self.num_replicas}" if below else f"{self.num_replicas}"
        raise AppError(
            f"A batch of {batch_size} images cannot be divided over {self.num_replicas} devices; "
            f"choose a batch size of {fitting}."
        )


def find_accelerator(wish: str = "auto", *, resolve_tpu: Callable[[], Any] | None = None) -> Accelerator:
    """What is there: a TPU before GPUs before the processor, all devices of the kind together.

    Args:
        wish: "auto", or the kind that must be there.
        resolve_tpu: Makes a TensorFlow cluster resolver of the TPU, None where there is none; None for
            TensorFlow's own.

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
            f"Training runs on TensorFlow or JAX, not on {keras.backend.backend()}; set KERAS_BACKEND."
        )
    accelerator = find_devices(wish, resolve_tpu)
    if wish not in ("auto", accelerator.kind):
        raise AppError(
            f"No {wish.upper()} was found by {keras.backend.backend()}; "
            "train with --accelerator auto, or look at its installation."
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


def cpu_has_bfloat16() -> bool:
    """Whether the processor says that it multiplies bfloat16."""
    try:
        text = CPU_FLAGS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    lines = (line for line in text.splitlines() if line.startswith("flags"))
    return bool(BFLOAT16_FLAGS & frozenset(next(lines, "").split()))
