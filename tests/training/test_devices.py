"""Several devices and several processes, shown without such hardware: each run is a process of its own."""

import itertools
import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from core.config import AugmentConfig
from core.training.pipeline import training_batches
from tests.commands.making import PROJECT
from tests.training.conftest import discs

pytestmark = pytest.mark.slow

# Compiling is most of the time of such small networks, and optimising most of compiling.
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}


def start(module, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.training.{module}"],
        cwd=PROJECT,
        env={**os.environ, **QUIET, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process):
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def devices():
    return answer(start("devices_run"))


def test_all_devices_are_found_and_named(devices):
    assert "CPU, 2 devices" in devices["line"] and "MirroredStrategy" in devices["line"]


def test_two_devices_train_what_one_does(devices):
    assert devices["sgd"]["weights"] < 1e-4


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_losses_are_equal(devices, optimizer):
    one, two = ([row[0] for row in devices[optimizer][name]] for name in ("one", "two"))
    np.testing.assert_allclose(two, one, rtol=1e-3)


def test_no_validation_image_is_left_out(devices):
    # 9 images in batches of 8: of the second the first device has one and three of weight 0, the other none.
    one, two = (np.array(devices["sgd"][name])[:, 1:] for name in ("one", "two"))
    np.testing.assert_allclose(two, one, rtol=1e-3)


@pytest.fixture(scope="module")
def alone():
    return answer(start("jax_run"))


def test_jax_trains_without_tensorflow(alone):
    losses = [row[0] for row in alone["rows"]]
    assert losses[-1] < losses[0] and "jax" in alone["line"]


def test_jax_sees_the_batches_that_tensorflow_sees(alone):
    batches = training_batches(discs(16, seed=0, size=(16, 24)), AugmentConfig(), batch_size=4, seed=3)
    sums = [[float(np.sum(part, dtype=np.float64)) for part in b] for b in itertools.islice(batches, 5)]
    np.testing.assert_allclose(alone["batches"], sums, rtol=1e-6)


def test_several_steps_in_one_call_are_the_same_on_jax(alone):
    np.testing.assert_allclose(alone["two_steps"][0], alone["rows"], atol=1e-5)


def test_two_processes_have_equal_losses_and_both_end(alone):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    processes = [
        start(
            "jax_run",
            KERAS_DISTRIBUTION_JOB_ADDRESSES=address,
            KERAS_DISTRIBUTION_NUM_PROCESSES="2",
            KERAS_DISTRIBUTION_PROCESS_ID=str(number),
        )
        for number in range(2)
    ]
    first, second = (answer(process) for process in processes)
    assert "process 1 of 2" in first["line"] and "process 2 of 2" in second["line"]
    assert first["rows"] == second["rows"]
    np.testing.assert_allclose(np.array(first["rows"])[:, 0], np.array(alone["rows"])[:, 0], rtol=1e-4)
