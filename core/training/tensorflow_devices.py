"""The devices that TensorFlow trains on: TPUStrategy, MirroredStrategy over several, or just the one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from core.training.accelerator import Accelerator

CPU_FLAGS = Path("/proc/cpuinfo")
# Instructions that multiply bfloat16; without one of them TensorFlow emulates it, at half the speed of
# float32.
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
# GPUs multiply bfloat16 in hardware from this compute capability on (Ampere).
BFLOAT16_CAPABILITY = (8, 0)


def find_devices(wish: str) -> Accelerator:
    """All devices of the best kind that is there, or of the kind that is wished if it is."""
    if wish in ("auto", "tpu"):
        resolver = tpu_resolver()
        if resolver is not None:
            strategy = _connect(resolver)
            return Accelerator("tpu", strategy.num_replicas_in_sync, has_bfloat16=True, strategy=strategy)
    import tensorflow as tf

    gpus = [] if wish == "cpu" else tf.config.list_logical_devices("GPU")
    # One processor is several logical devices where somebody has split it, as the tests do.
    devices = gpus or tf.config.list_logical_devices("CPU")
    has_bfloat16 = _gpu_has_bfloat16() if gpus else cpu_has_bfloat16()
    strategy = None
    if len(devices) > 1:
        strategy = tf.distribute.MirroredStrategy([device.name for device in devices])
    elif not gpus and tf.config.list_physical_devices("GPU"):
        strategy = tf.distribute.OneDeviceStrategy(devices[0].name)
    return Accelerator("gpu" if gpus else "cpu", len(devices), has_bfloat16=has_bfloat16, strategy=strategy)


def first_device() -> Accelerator:
    """The device that TensorFlow takes by itself: the first GPU, else the processor."""
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return Accelerator("gpu", has_bfloat16=_gpu_has_bfloat16())
    return Accelerator("cpu", has_bfloat16=cpu_has_bfloat16())


def cpu_has_bfloat16() -> bool:
    """Whether the processor says that it multiplies bfloat16."""
    try:
        text = CPU_FLAGS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    lines = (line for line in text.splitlines() if line.startswith("flags"))
    return bool(BFLOAT16_FLAGS & frozenset(next(lines, "").split()))


def _gpu_has_bfloat16() -> bool:
    import tensorflow as tf

    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    return tuple(details.get("compute_capability", (0, 0))) >= BFLOAT16_CAPABILITY


def tpu_resolver() -> Any:
    """TensorFlow's resolver of the TPU of this machine or of `TPU_NAME`; None where there is none."""
    import tensorflow as tf

    make = tf.distribute.cluster_resolver.TPUClusterResolver
    if os.environ.get("TPU_NAME"):
        return make()
    return make(tpu="local") if tf.config.list_physical_devices("TPU") else None


def _connect(resolver: Any) -> Any:
    import tensorflow as tf

    tf.config.experimental_connect_to_cluster(resolver)
    tf.tpu.experimental.initialize_tpu_system(resolver)
    return tf.distribute.TPUStrategy(resolver)
