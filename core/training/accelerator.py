"""What a run computes on, and in which arithmetic: one processor, several devices, or several machines.

A run asks once, builds and trains its network inside `Accelerator.scope()`, and otherwise does not care: the
batch is the global one, and losses and learning rate are those of the global batch on any hardware. How it
is found says `core.training.devices`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import keras

from core.errors import AppError
from core.language.sentence import Sentence
from core.nets.blocks import Normalization

Kind = Literal["cpu", "gpu", "tpu"]


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
        how = [keras.backend.backend()]
        if self.strategy is not None:
            how.append(type(self.strategy).__name__)
        if self.distribution is not None:
            how.append(type(self.distribution).__name__)
        if self.num_processes > 1:
            how.append(f"process {self.process + 1} of {self.num_processes}")
        how.append("bfloat16 pays" if self.has_bfloat16 else "float32")
        return Sentence(
            "Training on {kind}, 1 device ({how})."
            if self.num_replicas == 1
            else "Training on {kind}, {count} devices ({how}).",
            kind=self.kind.upper(),
            count=self.num_replicas,
            how=", ".join(how),
        )

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
        """Refuse a batch that the replicas do not divide, rather than change it."""
        if batch_size % self.num_replicas == 0:
            return
        below = batch_size // self.num_replicas * self.num_replicas
        fitting = f"{below} or {below + self.num_replicas}" if below else f"{self.num_replicas}"
        raise AppError(
            "A batch of {batch_size} images cannot be divided over {num_replicas} devices; choose "
            "a batch size of {fitting}.",
            batch_size=batch_size,
            num_replicas=self.num_replicas,
            fitting=fitting,
        )
