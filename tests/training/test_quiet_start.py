import importlib
import sys

import pytest

from core.training.quiet_start import _is_for_jax, _kept_out


def test_what_is_kept_out_can_be_imported_afterwards(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with _kept_out(("colorsys", "sys")):
        assert importlib.import_module("sys") is sys
        with pytest.raises(ImportError):
            importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0, 0, 0)


@pytest.mark.parametrize(
    ("variable", "settings", "expected"),
    [
        ("", "", False),
        ("jax", "", True),
        ("", '{"backend": "jax"}', True),
        ("tensorflow", '{"backend": "jax"}', False),
    ],
)
def test_jax_is_kept_for_those_who_chose_it(monkeypatch, tmp_path, variable, settings, expected):
    monkeypatch.setenv("KERAS_BACKEND", variable)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    if settings:
        (tmp_path / "keras.json").write_text(settings)
    assert _is_for_jax() == expected
