"""Exports each weights file that is named, in one process with Keras on OpenVINO: NAME.keras -> NAME.zip."""

import sys
from pathlib import Path

from core.inference.exporting import export

for name in sys.argv[1:]:
    Path(name).with_suffix(".zip").write_bytes(export(Path(name), (16, 16), "segment").to_bytes())
