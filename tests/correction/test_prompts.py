import cv2
import numpy as np
import pytest

from core.correction.prompts import (
    Prompts,
    Scribble,
    accept,
    boxed_area,
    draw_scribbles,
    propose_mask,
)


def disc(shape, centre, radius):
    rows, cols = np.mgrid[: shape[0], : shape[1]] + 0.5
    return np.hypot(rows - centre[0], cols - centre[1]) <= radius


def noisy(levels, sigma=8, seed=0):
    noise = np.random.default_rng(seed).normal(0, sigma, levels.shape)
    return np.clip(levels + noise, 0, 255).astype(np.uint8)


def iou(first, second):
    return (first & second).sum() / (first | second).sum()


def line(*points, width=6.0):
    return Scribble(tuple((float(row), float(col)) for row, col in points), width)


SHAPE = (240, 320)
DISC = disc(SHAPE, (110, 150), 50)
GREY = noisy(np.where(DISC, 170.0, 90.0))
TWO_DISCS = disc(SHAPE, (120, 90), 40), disc(SHAPE, (120, 230), 40)
TWO_GREY = noisy(np.where(TWO_DISCS[0] | TWO_DISCS[1], 170.0, 90.0))


def test_a_box_alone_finds_the_disc_in_it():
    assert iou(propose_mask(GREY, Prompts(boxes=((55, 95, 165, 205),))), DISC) >= 0.97


def test_a_loose_box_finds_the_disc_too():
    assert iou(propose_mask(GREY, Prompts(boxes=((45, 80, 175, 220),))), DISC) >= 0.95


def test_a_colour_picture_is_cut_by_its_colours():
    # Red and green of the same brightness: 0.299 * 200 = 0.587 * 102.
    red, green = np.array([200.0, 0, 60]), np.array([0, 102.0, 60])
    picture = noisy(np.where(DISC[..., None], red, green))
    assert iou(propose_mask(picture, Prompts(boxes=((55, 95, 165, 205),))), DISC) >= 0.95


def test_scribbles_alone_find_the_disc_and_leave_its_twin():
    prompts = Prompts(foreground=(line((110, 80), (130, 100)),), background=(line((10, 10), (10, 310)),))
    assert iou(propose_mask(TWO_GREY, prompts), TWO_DISCS[0]) >= 0.95


def test_a_foreground_scribble_is_enough():
    assert iou(propose_mask(GREY, Prompts(foreground=(line((90, 130), (130, 170)),))), DISC) >= 0.95


def test_a_background_scribble_takes_an_object_out_of_a_box():
    box = (75, 45, 165, 275)
    without = propose_mask(TWO_GREY, Prompts(boxes=(box,)))
    assert iou(without, TWO_DISCS[0] | TWO_DISCS[1]) >= 0.95
    background = (line((120, 200), (120, 260), width=8), line((90, 230), (150, 230), width=8))
    assert iou(propose_mask(TWO_GREY, Prompts((box,), (), background)), TWO_DISCS[0]) >= 0.9


def test_a_foreground_scribble_brings_a_dim_part_into_a_box():
    dim = disc(SHAPE, (110, 215), 25)
    picture = noisy(np.where(DISC, 190.0, np.where(dim, 110.0, 80.0)), sigma=4)
    box = (55, 95, 165, 245)
    scribble = line((105, 205), (115, 228), width=14)
    found = propose_mask(picture, Prompts((box,), (scribble,)))
    assert iou(found, DISC | dim) >= 0.95


def test_several_boxes_are_the_union_of_each():
    boxes = ((75, 45, 165, 135), (75, 185, 165, 275))
    each = [propose_mask(TWO_GREY, Prompts(boxes=(box,))) for box in boxes]
    both = propose_mask(TWO_GREY, Prompts(boxes=boxes))
    np.testing.assert_array_equal(both, each[0] | each[1])
    assert iou(both, TWO_DISCS[0] | TWO_DISCS[1]) >= 0.95


def test_a_scribble_beside_a_box_finds_its_own_object():
    prompts = Prompts(boxes=((75, 45, 165, 135),), foreground=(line((110, 220), (130, 240)),))
    assert iou(propose_mask(TWO_GREY, prompts), TWO_DISCS[0] | TWO_DISCS[1]) >= 0.95


def test_an_object_as_dark_as_the_surroundings_of_its_box_is_found():
    """As lungs in a chest X-ray: air inside, air outside, tissue between."""
    body = disc((400, 400), (200, 200), 150)
    lung = disc((400, 400), (200, 200), 70)
    picture = noisy(np.where(body & ~lung, 170.0, 60.0))
    found = propose_mask(picture, Prompts(boxes=((122, 122, 278, 278),)))
    assert iou(found, lung) >= 0.9


def test_a_large_picture_keeps_its_fine_border():
    shape = (1500, 2000)
    target = disc(shape, (700, 1000), 430)
    picture = noisy(np.where(target, 170.0, 90.0))
    found = propose_mask(picture, Prompts(boxes=((250, 550, 1150, 1450),)))
    assert iou(found, target) >= 0.98


def test_holes_are_filled_and_specks_dropped():
    levels = np.where(DISC, 170.0, 90.0)
    levels[105:112, 145:152] = 90
    levels[60:64, 98:102] = 170
    found = propose_mask(noisy(levels), Prompts(boxes=((55, 95, 165, 205),)))
    assert found[105:112, 145:152].all()
    assert not found[60:64, 98:102].any()


def test_the_same_prompts_give_the_same_mask_whatever_was_random_before():
    prompts = Prompts(boxes=((55, 95, 165, 205),))
    first = propose_mask(GREY, prompts)
    cv2.setRNGSeed(12345)
    np.testing.assert_array_equal(propose_mask(GREY, prompts), first)


def test_neither_picture_nor_box_is_left_by_the_mask():
    before = GREY.copy()
    found = propose_mask(GREY, Prompts(boxes=((80, 110, 140, 190),)))
    np.testing.assert_array_equal(GREY, before)
    assert found.dtype == bool
    assert found.shape == GREY.shape
    assert not (found & ~boxed_area([(80, 110, 140, 190)], SHAPE)).any()


def test_a_box_outside_the_picture_adds_nothing():
    outside = (-80.0, 20.0, -5.0, 90.0)
    assert not propose_mask(GREY, Prompts(boxes=(outside,))).any()
    inside = (55, 95, 165, 205)
    np.testing.assert_array_equal(
        propose_mask(GREY, Prompts(boxes=(outside, inside))), propose_mask(GREY, Prompts(boxes=(inside,)))
    )


def test_a_box_over_the_border_is_cut_at_it():
    target = disc(SHAPE, (20, 30), 45)
    picture = noisy(np.where(target, 170.0, 90.0))
    assert iou(propose_mask(picture, Prompts(boxes=((-40, -30, 70, 80),))), target) >= 0.95


def test_a_box_around_the_whole_picture_works():
    assert iou(propose_mask(GREY, Prompts(boxes=((0, 0, 240, 320),))), DISC) >= 0.95


def test_a_tiny_box_is_taken_as_it_is():
    expected = np.zeros(SHAPE, bool)
    expected[10:13, 20:29] = True
    np.testing.assert_array_equal(propose_mask(GREY, Prompts(boxes=((10, 20, 13, 29),))), expected)


@pytest.mark.parametrize("side", [4, 5, 6, 9])
def test_small_boxes_are_cut_without_error(side):
    found = propose_mask(GREY, Prompts(boxes=((57, 140, 57 + side, 140 + side),)))
    assert found.sum() <= side * side


def test_corners_may_come_in_any_order():
    np.testing.assert_array_equal(
        propose_mask(GREY, Prompts(boxes=((165, 205, 55, 95),))),
        propose_mask(GREY, Prompts(boxes=((55, 95, 165, 205),))),
    )


def test_in_a_uniform_picture_the_prompt_itself_is_proposed():
    flat = np.full((60, 80), 100, np.uint8)
    flat[::2] += 1
    assert propose_mask(flat, Prompts(boxes=((10, 20, 30, 50),))).sum() == 20 * 30
    scribble = line((30, 10), (30, 60), width=3)
    np.testing.assert_array_equal(
        propose_mask(flat, Prompts(foreground=(scribble,))), draw_scribbles([scribble], (60, 80))
    )
    assert propose_mask(np.dstack([flat] * 3), Prompts(boxes=((0, 0, 60, 80),))).all()


@pytest.mark.parametrize(
    "prompts",
    [
        Prompts(boxes=((0, 0, 1, 1),)),
        Prompts(boxes=((-5, -5, 9, 9),)),
        Prompts(foreground=(line((0.5, 0.5)),)),
    ],
)
def test_one_pixel_can_be_the_mask(prompts):
    assert propose_mask(np.array([[7]], np.uint8), prompts).tolist() == [[True]]


def test_where_scribbles_contradict_background_wins():
    stroke = line((90, 130), (130, 170))
    found = propose_mask(
        GREY, Prompts(boxes=((55, 95, 165, 205),), foreground=(stroke,), background=(stroke,))
    )
    assert not found[draw_scribbles([stroke], SHAPE)].any()
    alone = propose_mask(GREY, Prompts(foreground=(stroke,), background=(stroke,)))
    assert not alone.any()


def test_scribbles_are_kept_where_the_picture_says_otherwise():
    stroke = line((20, 20), (20, 60))
    found = propose_mask(GREY, Prompts(boxes=((55, 95, 165, 205),), foreground=(stroke,)))
    assert found[draw_scribbles([stroke], SHAPE)].all()


@pytest.mark.parametrize("prompts", [Prompts(), Prompts(background=(line((5, 5), (9, 9)),))])
def test_without_an_object_there_is_nothing_to_propose(prompts):
    with pytest.raises(ValueError, match="draw one of them first"):
        propose_mask(GREY, prompts)


def test_a_coordinate_must_be_a_number():
    with pytest.raises(ValueError, match="not a finite number"):
        propose_mask(GREY, Prompts(boxes=((0, 0, float("nan"), 9),)))
    with pytest.raises(ValueError, match="not a finite number"):
        propose_mask(GREY, Prompts(foreground=(line((float("inf"), 3)),)))


@pytest.mark.parametrize(
    "picture", [np.zeros((4, 4), np.float32), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4), np.uint8)]
)
def test_another_kind_of_picture_is_refused(picture):
    with pytest.raises(ValueError, match="expected"):
        propose_mask(picture, Prompts(boxes=((0, 0, 2, 2),)))


def test_coordinates_far_outside_do_no_harm():
    far = Prompts(boxes=((-1e12, -1e12, 1e12, 1e12),), background=(line((-1e12, 5), (1e12, 5), width=3),))
    found = propose_mask(GREY, far)
    assert not found[:, 5].any()


def test_a_scribble_covers_the_pixels_it_runs_through():
    drawn = draw_scribbles([line((1.5, 1.2), (1.5, 3.9), width=1)], (4, 6))
    assert drawn.astype(int).tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]


MASK = np.array([[0, 1, 0], [0, 1, 1]], bool)
LEFT_BOX = Prompts(boxes=((0, 0, 2, 2),))


def test_an_added_proposal_touches_only_its_own_pixels():
    assert accept(MASK, LEFT_BOX).tolist() == [[0, 2, 0], [0, 2, 2]]


def test_a_replacing_proposal_makes_the_rest_of_its_boxes_background():
    assert accept(MASK, LEFT_BOX, replace_inside_boxes=True).tolist() == [[1, 2, 0], [1, 2, 2]]


def test_without_a_box_there_is_nothing_to_replace():
    scribbles = Prompts(foreground=(line((0.5, 1.5)),))
    assert accept(MASK, scribbles, replace_inside_boxes=True).tolist() == [[0, 2, 0], [0, 2, 2]]
