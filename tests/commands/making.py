"""A tiny data set, and the commands run as a person runs them, from a folder of their own.

A process of its own imports TensorFlow anew, which costs more than most of what is tested: each command has
one in these tests, the rest is run here through the same door.
"""

import contextlib
import importlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import pytest

from core import commands

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_AT_THE_MOST = 900
"""For a process that hangs: a busy machine must not fail a test."""
SMALL_NET = ("--image_size", "32x48", "--depth", "2", "--base_filters", "4", "--learning_rate", "0.02")


def disc(seed, height=40, width=56):
    """A bright disc on dark ground with noise, and its mask of 0 and 255."""
    generator = np.random.default_rng(seed)
    mask = np.zeros((height, width), np.uint8)
    centre = (int(generator.integers(18, 38)), int(generator.integers(15, 25)))
    cv2.circle(mask, centre, int(generator.integers(8, 12)), 255, -1)
    image = np.clip(mask * 0.5 + 50 + generator.normal(0, 12, mask.shape), 0, 255).astype(np.uint8)
    return image, mask


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return path


def make_dataset(root, **splits):
    """`make_dataset(root, train=8)`: eight pairs with Korean names in root/train."""
    for number, (split, count) in enumerate(splits.items()):
        for index in range(count):
            image, mask = disc(100 * number + index)
            write(root / split / "images" / f"사진_{index}.png", image)
            write(root / split / "masks" / f"사진_{index}.png", mask)
    return root


def run(folder, script, *arguments):
    """The finished process of `python SCRIPT ARGUMENTS` in a folder, with its text."""
    return subprocess.run(
        [sys.executable, str(PROJECT / script), *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_AT_THE_MOST,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def run_here(folder, script, *arguments):
    """The same in this process, which has TensorFlow already; what its C++ prints is not seen."""
    command = importlib.import_module(Path(script).stem).main
    words = [script, *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        mock.patch.object(sys, "argv", words),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        commands.run(command)
    return subprocess.CompletedProcess(words, ended.value.code, out.getvalue(), err.getvalue())
