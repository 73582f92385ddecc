"""`python -m benchmarks.human_minutes`: simulate, keeping what is found; what was found is not run again."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.human_minutes.working import SHIPPED, WAYS, Order, told_settings, work
from core.config import PROJECT_DIR
from core.evaluation.test_log import LOG_NAME, Scoring, log_scorings
from core.files import write_json
from core.inference.click_network import click_network
from core.workflows.learn.fine_tune_recipe import FINE_TUNE_IMAGES, SCRATCH_IMAGES

KEPT = PROJECT_DIR / "docs" / "results" / "human_minutes.json"


def main() -> None:
    """Go through sets, seeds and ways of working; later runs add to the same file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--sets", nargs="+", choices=tuple(SHIPPED), default=tuple(SHIPPED))
    parser.add_argument("--ways", nargs="+", choices=tuple(WAYS), default=tuple(WAYS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--images", type=int, default=40, help="images that are worked through")
    parser.add_argument("--side", type=int, default=256, help="side that the networks see, in pixels")
    parser.add_argument(
        "--shown",
        type=int,
        nargs=2,
        default=(FINE_TUNE_IMAGES, SCRATCH_IMAGES),
        help="images a training shows",
    )
    parser.add_argument("--out", type=Path, default=KEPT)
    options = parser.parse_args()
    runs: list[dict[str, Any]] = json.loads(options.out.read_text())["runs"] if options.out.exists() else []
    for seed in options.seeds:
        for name in options.sets:
            for way in options.ways:
                order = Order(
                    options.data, name, way, seed, options.images, options.side, tuple(options.shown)
                )
                about = told_settings(order)
                about["shown"] = list(options.shown)
                if any(all(run[key] == value for key, value in about.items()) for run in runs):
                    continue
                _run(order, about, runs, options.out)


def _run(order: Order, about: dict[str, Any], runs: list[dict[str, Any]], out: Path) -> None:
    found: dict[str, Any] = {}

    def keep(values: dict[str, Any]) -> None:
        found.update(values)
        print(
            about["name"],
            about["way"],
            about["seed"],
            values["dice"],
            values["processor_seconds"],
            flush=True,
        )
        # Also what is not whole yet, beside the rest, since such a run takes long.
        write_json(out.with_suffix(".partial.json"), {**about, **found}, indent=1)

    with tempfile.TemporaryDirectory() as folder:
        work(order, Path(folder), click_network(), keep)
    runs.append({**about, **found})
    write_json(out, {"runs": runs}, indent=1)
    step = f"{about['way']}, seed {about['seed']}, {about['side']} px"
    scoring = Scoring(
        "human_minutes",
        step,
        "fine-tuned",
        found["tested"],
        "dice",
        found["dice"][-1],
        f"{about['name']}/test",
    )
    log_scorings(PROJECT_DIR / "docs" / LOG_NAME, [scoring])


if __name__ == "__main__":
    main()
