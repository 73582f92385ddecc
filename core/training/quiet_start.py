"""Start Keras and its backend without the lines that TensorFlow writes to stderr about itself.

TensorFlow's C++ side writes some of them before any setting can stop it, straight to the file descriptor, so
that is turned aside for the seconds of the import; whatever else arrives there is passed on.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from core.imports import without_collecting

NOISE = re.compile(
    rb"oneDNN custom operations|cuda|CUDA|GPU|before absl::InitializeLog"
    rb"|cpu_feature_guard|To enable the following"
)
NOT_NEEDED = ("IPython", "matplotlib", "pandas", "sklearn")
"""Keras takes these along wherever they are installed, for what nothing here uses: a third of its import."""


def start_keras(accelerator: str = "auto") -> None:
    """Import Keras and its backend and run one operation, quietly; the next import costs nothing.

    With JAX and several processes, this is where they meet.

    Args:
        accelerator: "cpu" keeps GPUs and TPUs out, which can be done only before the first import.

    Raises:
        AppError: The other processes did not come.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # TensorFlow takes these kernels by itself only where the processor has AVX-512; with AVX2 alone they save
    # a third of a training step.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if accelerator == "cpu" and "keras" not in sys.modules:
        os.environ.update(CUDA_VISIBLE_DEVICES="-1", JAX_PLATFORMS="cpu")
    is_first = "keras" not in sys.modules
    with _filtered_stderr(), without_collecting() if is_first else nullcontext():
        with _kept_out(NOT_NEEDED if _is_for_jax() else (*NOT_NEEDED, "jax")):
            import keras

        if keras.backend.backend() == "jax":
            from core.training.jax_devices import join_processes

            # Before the first operation: JAX then settles which devices there are.
            join_processes()
        keras.ops.add(keras.ops.zeros(()), 1.0)
    from absl import logging

    logging.set_verbosity(logging.ERROR)


def forget_networks() -> None:
    """Let go of the networks of earlier runs, which Keras holds on to; those still in use go on working."""
    import keras

    # It collects garbage itself: networks and their compiled steps point at each other.
    keras.utils.clear_session()


def _is_for_jax() -> bool:
    """Whether Keras will take JAX; TensorFlow imports it wherever it is installed, a sixth of the start."""
    settings = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras", "keras.json")
    named = os.environ.get("KERAS_BACKEND") or (settings.is_file() and settings.read_text())
    return "jax" in (named or "")


@contextmanager
def _kept_out(names: tuple[str, ...]) -> Iterator[None]:
    """Libraries that were not imported before look as if they were not installed; afterwards they can be."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def _filtered_stderr() -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            aside.seek(0)
            os.write(2, b"".join(line for line in aside if not NOISE.search(line)))
