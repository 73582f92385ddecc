import numpy as np

from core.correction.network_prompts import propose_by_network
from core.correction.prompts import Prompts, Scribble

PICTURE = np.zeros((120, 160), np.uint8)
PICTURE[30:70, 40:90] = 200
PICTURE[90:110, 120:140] = 200


def bright(fed):
    """A network that finds what is brighter than the mean of its crop."""
    return (fed[..., 0] > 128).astype(np.float32)


def test_a_box_gives_its_object_and_nothing_outside():
    mask = propose_by_network(PICTURE, Prompts(boxes=((25.0, 35.0, 75.0, 80.0),)), bright)
    assert mask[32:68, 42:80].all()
    assert not mask[:, 80:].any() and not mask[75:].any()


def test_a_box_that_reaches_over_the_border_is_cut_and_one_outside_adds_nothing():
    boxes = ((80.0, 110.0, 400.0, 400.0), (200.0, 10.0, 220.0, 30.0))
    mask = propose_by_network(PICTURE, Prompts(boxes=boxes), bright)
    assert mask[92:108, 122:138].all() and not mask[:80].any()


def test_scribbles_are_followed_and_obeyed():
    on = Scribble(((50.0, 50.0), (50.0, 80.0)), 3.0)
    beside = Scribble(((60.0, 45.0), (60.0, 85.0)), 3.0)
    alone = propose_by_network(PICTURE, Prompts(foreground=(on,)), bright)
    assert alone[32:68, 42:88].all() and not alone[90:].any()
    both = propose_by_network(PICTURE, Prompts(foreground=(on,), background=(beside,)), bright)
    assert both[50, 50:80].all() and not both[60, 45:85].any()
