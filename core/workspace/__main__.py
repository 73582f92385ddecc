"""`python -m core.workspace check`: every row whose file is missing or damaged, one line each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.config import workspace_dir
from core.errors import AppError
from core.workspace.workspace import Workspace


def main(arguments: list[str] | None = None) -> int:
    """0 where all files are there, 1 where some are not, 2 where the workspace cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m core.workspace", description=__doc__)
    parser.add_argument("command", choices=["check"], help="look for files that are missing or damaged")
    parser.add_argument(
        "--workspace", type=Path, default=workspace_dir(), help="its folder, WORKSPACE_DIR by default"
    )
    options = parser.parse_args(arguments)
    if not options.workspace.is_dir():
        print(f"There is no workspace at {options.workspace}; give its folder.", file=sys.stderr)
        return 2
    try:
        with Workspace.open(options.workspace) as workspace:
            num_lost = 0
            for line in workspace.lost_files():
                print(line)
                num_lost += 1
    except AppError as error:
        print(error, file=sys.stderr)
        return 2
    print("Every file is there." if num_lost == 0 else f"{num_lost} file(s) are missing or damaged.")
    return 1 if num_lost else 0


if __name__ == "__main__":
    sys.exit(main())
