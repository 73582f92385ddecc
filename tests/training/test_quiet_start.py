import importlib
import sys

import pytest

from core.training.quiet_start import _kept_out


def test_what_is_kept_out_can_be_imported_afterwards(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with _kept_out(("colorsys", "sys")):
        assert importlib.import_module("sys") is sys
        with pytest.raises(ImportError):
            importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0, 0, 0)
