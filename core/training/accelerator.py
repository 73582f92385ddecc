"""Which arithmetic pays on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import keras

CPU_FLAGS = Path("/proc/cpuinfo")
# Instructions that multiply bfloat16; without one of them TensorFlow emulates it, at half the speed of
# float32.
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def compute_dtype(precision: str) -> Literal["float32", "mixed_bfloat16"]:
    """The Keras type policy of a training run.

    "auto" takes bfloat16 where the processor multiplies it: on two cores with AVX512-BF16 a training step
    then took half of Keras' float32 time. Only Linux says what the processor has; elsewhere "auto" is
    float32.

    Args:
        precision: "auto", "float32" or "bfloat16".

    Raises:
        ValueError: Another word.
    """
    if precision not in ("auto", "float32", "bfloat16"):
        raise ValueError(f'precision is "auto", "float32" or "bfloat16", got {precision!r}')
    if precision == "auto":
        return "mixed_bfloat16" if BFLOAT16_FLAGS & _cpu_flags() else "float32"
    return "mixed_bfloat16" if precision == "bfloat16" else "float32"


def normalization() -> Literal["stock", "fused"]:
    """The batch normalisation to train with: TensorFlow's fused kernel where TensorFlow runs."""
    return "fused" if keras.backend.backend() == "tensorflow" else "stock"


def _cpu_flags() -> frozenset[str]:
    try:
        text = CPU_FLAGS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return frozenset()
    lines = (line for line in text.splitlines() if line.startswith("flags"))
    return frozenset(next(lines, "").split())
