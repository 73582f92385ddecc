import pytest

from core.errors import AppError
from core.training import tensorflow_devices
from core.training.accelerator import Accelerator
from core.training.devices import compute_dtype, find_accelerator


@pytest.fixture
def cpu(tmp_path, monkeypatch):
    def make(flags):
        path = tmp_path / "cpuinfo"
        path.write_text(f"processor\t: 0\nflags\t\t: fpu sse2 {flags}\nbugs\t: none\n")
        monkeypatch.setattr(tensorflow_devices, "CPU_FLAGS", path)

    return make


@pytest.mark.parametrize("flag", ["avx512_bf16", "amx_bf16"])
def test_auto_takes_bfloat16_where_the_processor_has_it(cpu, flag):
    cpu(f"avx512f {flag} ibrs")
    assert compute_dtype("auto") == "mixed_bfloat16"


def test_auto_is_float32_elsewhere(cpu):
    cpu("avx2 avx512f avx512_vnni")
    assert compute_dtype("auto") == "float32"


def test_auto_is_float32_where_nobody_says_what_the_processor_has(monkeypatch, tmp_path):
    monkeypatch.setattr(tensorflow_devices, "CPU_FLAGS", tmp_path / "none")
    assert compute_dtype("auto") == "float32"


def test_a_choice_is_obeyed(cpu):
    cpu("avx512_bf16")
    assert compute_dtype("float32") == "float32"
    cpu("")
    assert compute_dtype("bfloat16") == "mixed_bfloat16"


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="float16"):
        compute_dtype("float16")


def test_a_processor_is_found_and_named_in_one_line():
    found = find_accelerator("auto")
    assert found.kind == "cpu" and found.num_replicas == 1 and found.strategy is None
    assert found.line.startswith("Training on CPU, 1 device (tensorflow") and "\n" not in found.line
    assert found.normalization == "fused" and not found.pads_evaluation


@pytest.mark.parametrize("wish", ["gpu", "tpu"])
def test_a_wish_that_is_not_there_is_one_sentence(wish):
    with pytest.raises(AppError, match=f"No {wish.upper()} was found by tensorflow; train with"):
        find_accelerator(wish)


def test_another_wish_is_refused():
    with pytest.raises(ValueError, match="'abacus'"):
        find_accelerator("abacus")


class EightCores:
    num_replicas_in_sync = 8

    def __init__(self, resolver):
        self.resolver = resolver


def test_a_resolver_of_a_tpu_takes_its_branch(monkeypatch):
    # Proves the branch and the order of its calls only: there is no TPU here.
    import tensorflow as tf

    calls = []
    resolver = object()
    monkeypatch.setattr(
        tf.config, "experimental_connect_to_cluster", lambda which: calls.append(("connect", which))
    )
    monkeypatch.setattr(
        tf.tpu.experimental, "initialize_tpu_system", lambda which: calls.append(("start", which))
    )
    monkeypatch.setattr(tf.distribute, "TPUStrategy", EightCores)
    monkeypatch.setattr(tensorflow_devices, "tpu_resolver", lambda: resolver)
    found = find_accelerator("auto")
    assert calls == [("connect", resolver), ("start", resolver)]
    assert found.kind == "tpu" and found.num_replicas == 8 and found.strategy.resolver is resolver
    assert found.normalization == "synchronized" and found.pads_evaluation
    assert compute_dtype("auto", found) == "mixed_bfloat16"
    assert found.line.startswith("Training on TPU, 8 devices (tensorflow, EightCores")


def test_without_a_resolver_the_processor_is_taken(monkeypatch):
    monkeypatch.setattr(tensorflow_devices, "tpu_resolver", lambda: None)
    assert find_accelerator("auto").kind == "cpu"


@pytest.mark.parametrize(("batch", "fitting"), [(10, "8 or 12"), (3, "4")])
def test_a_batch_that_the_devices_do_not_divide_is_refused(batch, fitting):
    four = Accelerator(num_replicas=4)
    four.check_batch(8)
    with pytest.raises(AppError, match=f"batch of {batch} .* over 4 devices; .* size of {fitting}"):
        four.check_batch(batch)
