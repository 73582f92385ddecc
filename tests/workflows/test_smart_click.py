import numpy as np

from core.correction.click_crop import Click, Framed
from core.workflows.correct.smart_click import Following

PICTURE = np.zeros((80, 100), np.uint8)
PICTURE[20:60, 30:70] = 220
CLICK = (Click(40, 50, True),)
ELSEWHERE = (Click(5, 5, True),)


def counting():
    """A network that finds what is bright, and a list of its calls."""
    calls = []

    def answer(fed):
        calls.append(fed)
        return (fed[..., 0] > 128).astype(np.float32)

    return answer, calls


def test_the_crop_holds_what_changes_and_nothing_else():
    answer, _ = counting()
    start = np.zeros(PICTURE.shape, bool)
    start[20:60, 30:50] = True
    top, left, values = Following(PICTURE, start, answer).changes(((Click(40, 60, True),),))
    # The right half comes in as foreground; what was there already stays as it is.
    assert abs(top - 20) <= 1 and abs(left - 50) <= 1
    assert (values[2:-2, 2:-2] == 2).all()
    assert abs(values.shape[0] - 40) <= 2 and abs(values.shape[1] - 20) <= 2


def test_excluding_says_background():
    answer, _ = counting()
    start = np.zeros(PICTURE.shape, bool)
    start[20:60, 30:90] = True
    _, left, values = Following(PICTURE, start, answer).changes(((Click(40, 85, False),),))
    assert left >= 68 and set(np.unique(values)) <= {0, 1} and (values == 1).any()


def test_nothing_changes_where_the_mask_is_right_already():
    answer, _ = counting()
    following = Following(PICTURE, np.zeros(PICTURE.shape, bool), answer)
    assert following.changes(((Click(2, 2, False),),))[2].size == 0


def test_each_further_click_asks_for_its_own_answer_alone():
    answer, calls = counting()
    following = Following(PICTURE, np.zeros(PICTURE.shape, bool), answer)
    first = following.mask((CLICK,))
    asked = len(calls)
    again = following.mask((CLICK,))
    assert len(calls) == asked and np.array_equal(first, again)
    following.mask((CLICK, ELSEWHERE))
    # Taken back and clicked elsewhere: the mask after the first click is still known.
    before = len(calls)
    following.mask((CLICK, (Click(70, 5, False),)))
    assert len(calls) - before <= 1


def test_a_box_begins_with_what_is_in_it_and_clicks_go_on():
    answer, _ = counting()
    following = Following(PICTURE, np.zeros(PICTURE.shape, bool), answer)
    box = Framed(15, 25, 65, 60)
    mask = following.mask((box,))
    assert mask[22:58, 32:58].all() and not mask[:, 60:].any() and not mask[:15].any()
    wider = following.mask((box, (Click(40, 66, True),)))
    assert wider[22:58, 32:68].all()
