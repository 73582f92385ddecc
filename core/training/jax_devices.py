"""The devices that JAX trains on, of one or of several processes, through Keras' own distribution API.

Several processes, one on each machine or TPU VM, find each other by three variables of the environment that
Keras names (`KERAS_DISTRIBUTION_JOB_ADDRESSES`, `..._NUM_PROCESSES`, `..._PROCESS_ID`) and train one network
on one global batch, each on its part.
"""

from __future__ import annotations

import os
from dataclasses import replace

from core.errors import AppError
from core.training.accelerator import Accelerator

BFLOAT16_CAPABILITY = 8.0


def join_processes() -> None:
    """Meet the other processes where the environment names any; must come before the first computation.

    Raises:
        AppError: The variables do not fit together, or the others did not come.
    """
    if not any(name.startswith("KERAS_DISTRIBUTION_") for name in os.environ):
        return
    import jax
    import keras

    if jax.distributed.is_initialized():
        return
    try:
        keras.distribution.initialize()
    except (ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise AppError(
            "The processes of KERAS_DISTRIBUTION_* did not find each other ({reason}); give each "
            "the same addresses and number of processes, and an id of its own.",
            reason=reason,
        ) from None


def find_devices(wish: str) -> Accelerator:
    """All devices of the kind that JAX takes by JAX_PLATFORMS; the caller compares it with the wish."""
    import jax
    import keras

    first = first_device()
    devices = keras.distribution.list_devices(first.kind)
    if len(devices) < 2:
        return first
    # Each process makes its own part of a batch: nothing is left for Keras to divide between them.
    distribution = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    return replace(
        first,
        num_replicas=len(devices),
        num_processes=jax.process_count(),
        process=jax.process_index(),
        distribution=distribution,
    )


def first_device() -> Accelerator:
    """The device that JAX takes by itself."""
    import jax

    kind = jax.default_backend()
    if kind not in ("cpu", "gpu", "tpu"):
        raise AppError(
            "Training runs on CPU, GPU or TPU, and JAX found {kind}; set JAX_PLATFORMS=cpu.", kind=kind
        )
    capability = float(getattr(jax.devices()[0], "compute_capability", 0) or 0) if kind == "gpu" else 0.0
    # On processors XLA turns bfloat16 convolutions into float32 ones with conversions around them.
    return Accelerator(kind, has_bfloat16=kind == "tpu" or capability >= BFLOAT16_CAPABILITY)  # type: ignore[arg-type]
