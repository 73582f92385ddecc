"""Sizes of images: as people read and write that of a network's input, and scaled down to fit a side.

Ground: configs and code hold (height, width); 448x592 is 448 rows of 592 pixels in flags, messages, pages and
reports, which come through here.
"""

from __future__ import annotations

import argparse

from core.language.sentence import Sentence

SMALLEST_SIDE, LARGEST_SIDE = 8, 4096


def parse_size(text: str) -> tuple[int, int]:
    """An argument type: (height, width) of "448x592", and a square of "256".

    Raises:
        argparse.ArgumentTypeError: Another text, or a side that no network takes.
    """
    sides = text.split("x")
    if len(sides) > 2 or not all(
        side.isdecimal() and SMALLEST_SIDE <= int(side) <= LARGEST_SIDE for side in sides
    ):
        told = Sentence(
            "expected a side such as 256, or height x width such as 448x592, each from {low} to {high}, "
            "got {text!r}",
            low=SMALLEST_SIDE,
            high=LARGEST_SIDE,
            text=text,
        )
        raise argparse.ArgumentTypeError(told.said())
    return int(sides[0]), int(sides[-1])


def within(size: tuple[int, ...], longest: int) -> tuple[int, int]:
    """(height, width) with the longer side `longest` at the most; a smaller one stays as it is."""
    height, width = size[:2]
    scale = min(1.0, longest / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def format_size(size: tuple[int, int]) -> str:
    """What `parse_size` reads: "448x592" of (448, 592)."""
    height, width = size
    return f"{height}x{width}"
