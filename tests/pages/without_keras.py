"""The loop in Streamlit's own test runner with the models that ship, in a process of its own: what it prints
last is which libraries it has imported. `python -m tests.pages.without_keras WORKSPACE`
"""

import os
import sys
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

os.environ["WORKSPACE_DIR"] = sys.argv[1]

from core.imaging.masks import encode_png
from core.ui import state
from core.ui.segment import words
from core.workflows.add_images import add_images

PROJECT = Path(__file__).resolve().parents[2]
lesion = np.full((60, 80, 3), (215, 180, 160), np.uint8)
lesion[20:40, 25:50] = (110, 70, 50)
task = state.workspace().tasks.get("skin_lesion")
add_images(state.workspace(), task.id, [("lesion.png", encode_png(lesion))])

app = AppTest.from_file(str(PROJECT / "pages" / "router.py"), default_timeout=240)
app.query_params["task"] = task.slug
app.run()
for label in (words.LOOKED_AT, words.SAVE_AND_NEXT):
    (button,) = [each for each in app.button if each.label == label]
    button.click()
    app.run()
cached = {path.name.split("-")[0] for path in state.workspace().cache.root.rglob("*") if path.is_file()}
saved = state.workspace().images.counts(task.id)["corrected"]
for page in ("fine_tune", "models", "experiments"):
    app.switch_page(f"{page}.py").run()
    assert not app.exception
print(saved, *sorted(cached))
print([name for name in ("tensorflow", "keras", "jax", "torch") if name in sys.modules])
