"""English nouns follow their numbers."""

import pytest

from core.language.numbers import English
from core.language.sentence import Sentence


@pytest.mark.parametrize(
    ("template", "facts", "told"),
    [
        ("{count} images added.", {"count": 1}, "1 image added."),
        ("{count} images added.", {"count": 2}, "2 images added."),
        ("{count} images added.", {"count": 0}, "0 images added."),
        ("{count} images added.", {"count": 11}, "11 images added."),
        ("{images} images in {groups} groups", {"images": 4, "groups": 1}, "4 images in 1 group"),
        ("{n} new images are left out", {"n": 1}, "1 new image is left out"),
        ("{num_classes} classes have no mask", {"num_classes": "1"}, "1 class has no mask"),
        ("{share:.0%} of {n:,} masks {{a}}", {"share": 0.5, "n": 1}, "50% of 1 mask {a}"),
        (
            "{count} masks hold the values {values}.",
            {"count": 1, "values": "1, 2"},
            "1 mask holds the values 1, 2.",
        ),
        # A name is no number, and what it is followed by is no noun that is counted.
        ("{name} has no masks", {"name": "1"}, "1 has no masks"),
        ("{name}: masks", {"name": "1"}, "1: masks"),
        ("{count} in all", {"count": 1}, "1 in all"),
    ],
)
def test_what_follows_a_one_is_singular(template, facts, told):
    assert English(template).format(**facts) == told
    assert Sentence(template, **facts) == told


def test_what_is_filled_in_stays_as_it_is():
    assert English("{count} images: {name}").format(count=1, name="1 images {x}") == "1 image: 1 images {x}"
