"""How often the rule of promotion is wrong: `core.evaluation.evidence` on real scores, drawn many times.

Each trial draws two networks and some groups of images that none of them was trained on, and asks the rule.
"same" are two seeds of one recipe, in both directions. "shifted" are the same pairs with the candidate's
scores moved, so that its true mean lies above or below by an amount that is known: "even" moves every image
alike, "errors" scales what each image lacks to a Dice of 1. "poorer" and "richer" are networks that were
trained on fewer images, with the difference that they really have.

    python -m benchmarks.promotion_rule --scores docs/results/promotion_scores.json --json OUT.json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.evidence import weigh
from core.files import write_whole

SHIFTS = (-0.03, -0.01, 0.0, 0.01, 0.03, 0.05)
GROUPS = (3, 5, 8, 10, 20, 40)

Table = dict[str, NDArray[np.float64]]
"""(N,) Dice of each image by network, as "60/0": trained on 60 images, seed 0."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scores", type=Path, required=True, help="file of benchmarks.promotion_scores")
    parser.add_argument("--trials", type=int, default=20000, help="draws for each line")
    parser.add_argument("--seed", type=int, default=0, help="of the draws")
    parser.add_argument("--json", type=Path, help="file to write the rates to")
    options = parser.parse_args(arguments)
    rows = []
    for name, arms in json.loads(options.scores.read_text()).items():
        table = {
            f"{arm}/{seed}": np.array(list(dice.values()))
            for arm, seeds in arms.items()
            for seed, dice in seeds.items()
        }
        for row in lines(table, options.trials, options.seed):
            rows.append({"data": name, **row})
            print(line_of(rows[-1]), flush=True)
    if options.json is not None:
        write_whole(options.json, (json.dumps(rows, indent=1) + "\n").encode())
    return 0


def lines(table: Table, trials: int, seed: int) -> Iterator[dict[str, Any]]:
    """The rates of each kind of pair and number of groups."""
    arms = sorted({name.partition("/")[0] for name in table}, key=int)
    best = arms[-1]
    of_arm = {arm: [dice for name, dice in table.items() if name.startswith(f"{arm}/")] for arm in arms}
    same = list(permutations(of_arm[best], 2))
    kinds = {}
    for how, shift in product(("even", "errors"), SHIFTS):
        if shift or how == "even":
            kinds[(how if shift else "same", shift)] = [
                (old, moved(new, old, shift, how)) for old, new in same
            ]
    for arm in arms[:-1]:
        kinds["poorer", f"{arm} for {best} images"] = list(product(of_arm[best], of_arm[arm]))
        kinds["richer", f"{best} for {arm} images"] = list(product(of_arm[arm], of_arm[best]))
    for (kind, shift), pairs in kinds.items():
        for num_groups in GROUPS:
            rates = rates_of(pairs, num_groups, trials, np.random.default_rng(seed))
            difference = float(np.mean([new.mean() - old.mean() for old, new in pairs]))
            yield {"kind": kind, "what": shift, "groups": num_groups, "difference": difference, **rates}


def moved(new: NDArray[np.float64], old: NDArray[np.float64], shift: float, how: str) -> NDArray[np.float64]:
    """The candidate's scores, moved so that their mean is the old one's and the shift; none is above 1."""
    wanted = old.mean() + shift
    if how == "errors":
        return 1 - (1 - new) * (1 - wanted) / (1 - new.mean())
    return new + wanted - new.mean()


def rates_of(
    pairs: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    num_groups: int,
    trials: int,
    generator: np.random.Generator,
) -> dict[str, float]:
    """Part of the trials with each decision."""
    counts = {"promote": 0, "ask": 0, "keep": 0}
    for _ in range(trials):
        old, new = pairs[generator.integers(len(pairs))]
        drawn = generator.choice(len(old), num_groups, replace=False)
        counts[weigh((new - old)[drawn].tolist(), range(num_groups)).decision] += 1
    return {name: count / trials for name, count in counts.items()}


def line_of(row: dict[str, Any]) -> str:
    rates = "  ".join(f"{name} {row[name]:6.1%}" for name in ("promote", "ask", "keep"))
    what = f"{row['data']} {row['kind']} {row['what']} ({row['difference']:+.4f})"
    return f"{what} {row['groups']} groups: {rates}"


if __name__ == "__main__":
    sys.exit(main())
