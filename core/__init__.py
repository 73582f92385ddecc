"""Image -> mask -> correction -> better model: everything that is not a page."""

import sys

# Else OpenVINO tells its maker of each import and each conversion; nobody's work is reported anywhere.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
