"""`python -m benchmarks.results PART --data DATA`: measure one part and write docs/results.md anew."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.results.measure import measure
from benchmarks.results.page import page
from benchmarks.results.sections import SECTIONS
from core.config import PROJECT_DIR
from core.files import write_whole

DOCS = PROJECT_DIR / "docs"


def main() -> int:
    """Measure the part, if one is named, and write the page; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=[*SECTIONS, "page"], help="what is measured; page for none")
    parser.add_argument("--data", type=Path, help="folder with the data sets in the training layout")
    parser.add_argument("--work", type=Path, default=Path("results_runs"), help="folder of the runs")
    options = parser.parse_args()
    if options.part != "page":
        if options.data is None:
            parser.error("--data is needed to measure")
        try:
            measure(
                options.part, options.data.resolve(), options.work.resolve() / options.part, DOCS / "results"
            )
        except subprocess.CalledProcessError as error:
            return int(error.returncode)
    write_whole(DOCS / "results.md", page(DOCS / "results").encode())
    print(f"Wrote {DOCS / 'results.md'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
