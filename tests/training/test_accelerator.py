import pytest

from core.training import accelerator
from core.training.accelerator import compute_dtype


@pytest.fixture
def cpu(tmp_path, monkeypatch):
    def make(flags):
        path = tmp_path / "cpuinfo"
        path.write_text(f"processor\t: 0\nflags\t\t: fpu sse2 {flags}\nbugs\t: none\n")
        monkeypatch.setattr(accelerator, "CPU_FLAGS", path)

    return make


@pytest.mark.parametrize("flag", ["avx512_bf16", "amx_bf16"])
def test_auto_takes_bfloat16_where_the_processor_has_it(cpu, flag):
    cpu(f"avx512f {flag} ibrs")
    assert compute_dtype("auto") == "mixed_bfloat16"


def test_auto_is_float32_elsewhere(cpu):
    cpu("avx2 avx512f avx512_vnni")
    assert compute_dtype("auto") == "float32"


def test_auto_is_float32_where_nobody_says_what_the_processor_has(monkeypatch, tmp_path):
    monkeypatch.setattr(accelerator, "CPU_FLAGS", tmp_path / "none")
    assert compute_dtype("auto") == "float32"


def test_a_choice_is_obeyed(cpu):
    cpu("avx512_bf16")
    assert compute_dtype("float32") == "float32"
    cpu("")
    assert compute_dtype("bfloat16") == "mixed_bfloat16"


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="float16"):
        compute_dtype("float16")
