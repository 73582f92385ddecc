import pytest

from core.config import AugmentConfig
from core.training.presets import augment_config


def test_a_preset_by_its_name():
    assert augment_config(["standard"]) == AugmentConfig()
    assert augment_config(["none"]) == AugmentConfig(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_changes_are_made_to_the_preset():
    changed = augment_config(["turns", "rotation=90", "noise=0.02"])
    assert changed.rotation == 90 and changed.noise == 0.02
    assert changed.flip_vertical == augment_config(["turns"]).flip_vertical == 0.5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["wild"], "begins with one of none, light, standard, strong, turns, elastic, got 'wild'"),
        (["none", "twist=3"], "knows no 'twist=3'"),
        (["none", "rotation"], "'rotation' must give a number"),
        (["none", "rotation=left"], "'rotation=left' must give a number"),
        (["none", "zoom=-1"], "'zoom=-1' must give a number"),
        (["none", "crop=1.5"], "'crop=1.5' must be a part of each side, 0 to 1"),
    ],
)
def test_what_makes_no_augmentation_is_one_sentence(words, message):
    with pytest.raises(ValueError, match=message):
        augment_config(words)
