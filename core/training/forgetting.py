"""Many runs in one process, one after the other: what Keras keeps of a run when nobody else does."""

from __future__ import annotations

import gc

import keras


def forget_all() -> None:
    """Drop Keras' global state with the graphs of earlier networks; those still in use go on working."""
    keras.utils.clear_session()
    # Networks and their compiled steps point at each other.
    gc.collect()
