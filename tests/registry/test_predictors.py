import threading
import time
from pathlib import Path

import pytest

from core.errors import BadModelError
from core.registry.predictors import Predictors


@pytest.fixture
def loads():
    return []


@pytest.fixture
def predictors(loads):
    def load(folder):
        loads.append(folder.name)
        time.sleep(0.05)
        return f"model of {folder.name}"

    return Predictors(capacity=2, load=load)


def test_a_model_is_loaded_once(predictors, loads):
    assert predictors.get(Path("a")) == predictors.get(Path("a")) == "model of a"
    assert loads == ["a"]


def test_threads_that_ask_at_once_load_it_once(predictors, loads):
    threads = [threading.Thread(target=predictors.get, args=(Path("a"),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["a"]


def test_only_the_last_few_stay(predictors, loads):
    for name in "abacab":
        predictors.get(Path(name))
    # a and b are loaded, c pushes b out (a was used later), b is loaded again.
    assert loads == ["a", "b", "c", "b"]


def test_a_model_that_cannot_be_loaded_is_tried_again(loads):
    def load(folder):
        loads.append(folder.name)
        if len(loads) == 1:
            raise BadModelError("Broken.")
        return "model"

    predictors = Predictors(load=load)
    with pytest.raises(BadModelError):
        predictors.get(Path("a"))
    assert predictors.get(Path("a")) == "model"
