"""How fast a training step is beside stock Keras and PyTorch, and whether it learns as well.

    python -m benchmarks.training --rounds 5 --json OUT.json
    python -m benchmarks.training --accuracy --data_dir DATA/chest_xray_tb

The same U-Net (depth 4, 256x256, batches of 8, synthetic pictures) is trained by this project's loop, by
stock Keras in float32, and by PyTorch in its best setting, each in its own process; they take turns, so that
only one computes at a time and all meet the same weather. What counts are ratios: medians over rounds of the
ratio within a round. The last part trains this loop and stock Keras in float32 for the same epochs on a data
set of yours and compares the Dice on its validation images.

PyTorch is a requirement of this benchmark alone: `pip install torch`. Leave other programs out meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.training_accuracy import compare_accuracy
from benchmarks.turns import Program
from core.files import write_whole

BATCH = 8
CONTESTANTS = ("ours", "keras", "torch", "ours_pipeline", "pipeline")
TITLES = {
    "ours": "this loop",
    "keras": "stock Keras float32",
    "torch": "PyTorch",
    "ours_pipeline": "this loop, with loading and augmentation",
    "pipeline": "loading and augmentation alone",
}
FLAGS = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_tile")


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    machine = processor()
    print(f"{machine['model']}, {machine['cores']} cores, {' '.join(machine['flags'])}")
    print(f"load {machine['load']:.2f} before; below 0.3 is quiet")
    content: dict[str, Any] = {"machine": machine, "versions": versions(), "batch": BATCH, "side": 256}
    content |= {"rounds": options.rounds, "steps": options.steps, "speed": {}}
    for base in options.base:
        measured = content["speed"][str(base)] = time_steps(base, options.rounds, options.steps)
        print_speed(base, measured)
    if options.accuracy:
        content["accuracy"] = compare_accuracy(options.data_dir, options.epochs, options.seeds)
    machine["load_after"] = os.getloadavg()[0]
    if options.json is not None:
        write_whole(options.json, (json.dumps(content, indent=2) + "\n").encode())
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which medians are taken")
    parser.add_argument("--steps", type=int, default=10, help="steps of each contestant in a round")
    parser.add_argument(
        "--base",
        type=int,
        nargs="*",
        default=[16, 32],
        help="filters of the first block; none to time nothing",
    )
    parser.add_argument("--accuracy", action="store_true", help="also compare Dice after equal epochs")
    parser.add_argument("--data_dir", type=Path, help="data set for --accuracy, with train and val")
    parser.add_argument("--epochs", type=int, default=15, help="epochs for --accuracy (default: 15)")
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[0], help="for --accuracy, a run of each each"
    )
    parser.add_argument("--json", type=Path, help="file to write the numbers to")
    options = parser.parse_args(arguments)
    if options.accuracy and options.data_dir is None:
        parser.error("--accuracy trains on a data set; name it with --data_dir")
    if options.base and find_spec("torch") is None:
        parser.error("this benchmark also times PyTorch; install it with `pip install torch`")
    if min(options.rounds, options.steps, options.epochs) < 1:
        parser.error("rounds, steps and epochs are at least 1")
    return options


def time_steps(base: int, rounds: int, steps: int) -> dict[str, Any]:
    """Every contestant's milliseconds an image in each round, and what is made of them."""
    programs: dict[str, Program] = {}
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    cpu: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    try:
        # One after the other: starting up is work as well.
        for name in CONTESTANTS:
            programs[name] = start(name, base)
        for number in range(rounds):
            # Each comes first once, so that none always meets what another one left in the caches.
            first = number % len(CONTESTANTS)
            for name in CONTESTANTS[first:] + CONTESTANTS[:first]:
                answer = programs[name].measure(steps)
                times[name].append(1000 * answer["seconds"] / BATCH)
                cpu[name].append(1000 * answer["cpu_seconds"] / BATCH)
    finally:
        for program in programs.values():
            program.end()
    return {
        "ms_per_image": times,
        "cpu_ms_per_image": cpu,
        "settings": {name: program.notes for name, program in programs.items()},
        "keras_by_ours": median_ratio(times["keras"], times["ours"]),
        "torch_by_ours": median_ratio(times["torch"], times["ours"]),
        "input_share": 1 - 1 / median_ratio(times["ours_pipeline"], times["ours"]),
    }


def start(name: str, base: int) -> Program:
    module = "benchmarks.training_torch" if name == "torch" else "benchmarks.training_steps"
    return Program(module, *([] if name == "torch" else [name]), "--base", str(base))


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median over rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def print_speed(base: int, measured: dict[str, Any]) -> None:
    print(
        f"\nU-Net of depth 4, base {base}, 256x256, batch {BATCH}: milliseconds an image, medians of rounds"
    )
    for name in CONTESTANTS:
        notes = measured["settings"][name]
        how = notes.get("setting") or notes.get("dtype") or ""
        wall, cpu = (statistics.median(measured[key][name]) for key in ("ms_per_image", "cpu_ms_per_image"))
        print(f"  {TITLES[name]:42}{wall:8.1f}   processor {cpu:8.1f}   {how}")
    print(f"  stock Keras / this loop   {measured['keras_by_ours']:.2f}")
    print(f"  PyTorch / this loop       {measured['torch_by_ours']:.2f}")
    print(f"  loading and augmentation  {100 * measured['input_share']:.1f} % of a step", flush=True)


def processor() -> dict[str, Any]:
    """What is computed on, as Linux tells it; elsewhere its name only."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    told = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    told = {key.strip(): value.strip() for key, value in told.items()}
    flags = set(told.get("flags", "").split())
    return {
        "model": told.get("model name", platform.processor() or platform.machine()),
        "cores": os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "load": os.getloadavg()[0],
    }


def versions() -> dict[str, str]:
    names = [name for name in ("keras", "tensorflow", "torch", "numpy") if find_spec(name) is not None]
    return {"python": platform.python_version()} | {name: version(name) for name in names}


if __name__ == "__main__":
    sys.exit(main())
