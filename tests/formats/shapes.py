"""Masks that formats are tried on: holes, single pixels, diagonals, edges, nothing, everything."""

import numpy as np

DRAWN = {
    "empty": ["....", "....", "...."],
    "full": ["####", "####", "####"],
    "one pixel": ["....", ".#..", "...."],
    "one pixel in a corner": ["...#", "....", "...."],
    "diagonal": ["#...", ".#..", "..#.", "...#"],
    "hole": ["#####", "#...#", "#.#.#", "#...#", "#####"],
    "two holes in a row": ["#######", "#.#.#.#", "#######"],
    "holes above each other": ["#####", "#.###", "###.#", "#.#.#", "#####"],
    "hole open at a corner": ["####", "#.##", "##.#", "###."],
    "lines": ["#.#.#.#", "#.#.#.#", "#.#.#.#"],
    "checkers": ["#.#.", ".#.#", "#.#.", ".#.#"],
}
MASKS = {
    name: np.array([[char == "#" for char in row] for row in rows], np.uint8) for name, rows in DRAWN.items()
}
for _seed in range(4):
    MASKS[f"noise {_seed}"] = (np.random.default_rng(_seed).random((23, 31)) < 0.55).astype(np.uint8)
MASKS["three classes"] = np.random.default_rng(9).integers(0, 4, (17, 19)).astype(np.uint8)
MASKS["undecided"] = np.where(MASKS["three classes"] == 3, np.uint8(255), MASKS["three classes"])
NAMES = ("lung", "심장", "third")
