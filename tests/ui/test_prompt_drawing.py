"""Drawings as streamlit-drawable-canvas 0.13 sends them, cut down to the fields that place an object."""

import math

import numpy as np
import pytest

from core.correction.prompts import Prompts
from core.ui.prompts.drawing import (
    BACKGROUND_COLOUR,
    FOREGROUND_COLOUR,
    prompts_from_drawing,
)

SAME = (400, 500), (400, 500)

RECT = {
    **{"type": "Rect", "version": "7.4.0", "originX": "left", "originY": "top"},
    **{"left": 150, "top": 100, "width": 200, "height": 120, "fill": "rgba(0,0,0,0)"},
    **{"stroke": "#D55E00", "strokeWidth": 4, "strokeUniform": True},
    **{"scaleX": 1, "scaleY": 1, "angle": 0, "flipX": False, "flipY": False, "skewX": 0, "skewY": 0},
}
# A line down from (x, y) = (100, 40) to (100, 60), then right to (140, 60).
PATH = {
    **{"type": "Path", "version": "7.4.0", "originX": "center", "originY": "center"},
    **{"left": 120, "top": 50, "width": 40, "height": 20, "fill": None},
    **{"stroke": FOREGROUND_COLOUR, "strokeWidth": 10, "strokeUniform": False},
    **{"scaleX": 1, "scaleY": 1, "angle": 0, "flipX": False, "flipY": False, "skewX": 0, "skewY": 0},
    "path": [["M", 100, 40], ["L", 100, 60], ["L", 140, 60]],
}


def read(*objects, canvas=SAME[0], image=SAME[1]):
    return prompts_from_drawing({"version": "7.4.0", "objects": list(objects)}, canvas, image)


def the_box(*objects, **sizes):
    (box,) = read(*objects, **sizes).boxes
    return box


def the_points(item, **sizes):
    (scribble,) = read(item, **sizes).foreground
    return scribble.points


def test_before_the_first_stroke_there_are_no_prompts():
    assert prompts_from_drawing(None, *SAME) == Prompts()
    assert prompts_from_drawing({"objects": []}, *SAME) == Prompts()


def test_a_box_is_the_middle_of_its_line():
    # left and top are the line's outer corner; half of the line's 4 pixels lie outside.
    assert the_box(RECT) == (102, 152, 222, 352)


def test_a_box_comes_in_image_pixels():
    # An image of half the rows and twice the columns.
    assert the_box(RECT, canvas=(400, 500), image=(200, 1000)) == (51, 304, 111, 704)


def test_a_moved_box():
    assert the_box({**RECT, "left": 180, "top": 90}) == (92, 182, 212, 382)


def test_a_scaled_box_keeps_the_width_of_its_line():
    # 200 x 120 scaled by 0.5 and 2 is 100 x 240, again 2 pixels inside left and top.
    assert the_box({**RECT, "scaleX": 0.5, "scaleY": 2}) == (102, 152, 342, 252)


def test_a_scaled_line_is_scaled_where_it_is_not_uniform():
    # The line of 4 became 2 wide and 8 high: 1 and 4 pixels inside.
    box = the_box({**RECT, "scaleX": 0.5, "scaleY": 2, "strokeUniform": False})
    assert box == (104, 151, 344, 251)


def test_a_box_placed_by_its_centre():
    assert the_box({**RECT, "originX": "center", "originY": "center"}) == (40, 50, 160, 250)


def test_a_turned_box_counts_as_the_upright_box_around_it():
    # A quarter turn to the right about the outer corner (150, 100): x' = 150 - dy, y' = 100 + dx, with
    # dx from 2 to 202 and dy from 2 to 122.
    assert the_box({**RECT, "angle": 90}) == pytest.approx((102, 28, 302, 148))


def test_a_mirrored_box_stays_where_it_is():
    assert the_box({**RECT, "flipX": True, "flipY": True}) == (102, 152, 222, 352)


def test_a_box_with_a_dragged_corner_is_a_polygon_and_counts_by_its_extent():
    polygon = {
        **{"type": "Polygon", "originX": "center", "originY": "center", "left": 200, "top": 150},
        **{"width": 100, "height": 60, "scaleX": 2, "scaleY": 1, "angle": 0, "strokeWidth": 4},
        "points": [{"x": -10, "y": -10}, {"x": 90, "y": 0}, {"x": 80, "y": 50}, {"x": 0, "y": 40}],
    }
    # 100 x 60 around (200, 150), twice as wide.
    assert the_box(polygon) == (120, 100, 180, 300)


def test_a_click_is_no_box():
    assert read({**RECT, "width": 6, "height": 6}).boxes == ()
    assert read({**RECT, "width": 200, "height": 6}).boxes == ()
    assert len(read({**RECT, "width": 9, "height": 9}).boxes) == 1


def test_a_line_is_a_scribble_of_rows_and_columns():
    (scribble,) = read(PATH).foreground
    assert scribble.points == ((40, 100), (60, 100), (60, 140))
    assert scribble.width == 10


def test_a_moved_line_keeps_its_path_and_is_moved_all_the_same():
    assert the_points({**PATH, "left": 220, "top": 80}) == ((70, 200), (90, 200), (90, 240))


def test_a_scaled_line():
    # About its centre (120, 50): 20 left and right become 40, 10 up and down become 5.
    item = {**PATH, "scaleX": 2, "scaleY": 0.5}
    assert the_points(item) == ((45, 80), (55, 80), (55, 160))
    # 10 wide, twice as wide across, half as wide along: 10 in the (geometric) mean.
    assert read(item).foreground[0].width == pytest.approx(10)


def test_a_turned_line():
    # A quarter turn to the right about (120, 50): (x, y) becomes (120 - (y - 50), 50 + (x - 120)).
    points = the_points({**PATH, "angle": 90})
    np.testing.assert_allclose(points, [(30, 130), (30, 110), (70, 110)], atol=1e-9)


def test_a_mirrored_line():
    assert the_points({**PATH, "flipX": True}) == ((40, 140), (60, 140), (60, 100))


def test_a_skewed_line():
    # A group that was scaled while turned leaves skew behind: x + tan(45 deg) y about the centre.
    points = the_points({**PATH, "skewX": 45})
    np.testing.assert_allclose(points, [(40, 90), (60, 110), (60, 150)], atol=1e-9)


def test_a_line_comes_in_image_pixels():
    (scribble,) = read(PATH, canvas=(400, 500), image=(100, 125)).foreground
    assert scribble.points == ((10, 25), (15, 25), (15, 35))
    assert scribble.width == pytest.approx(2.5)


def test_curves_are_followed():
    # A quadratic curve from (0, 0) over (50, 100) to (100, 0) is highest, 50, in its middle.
    item = {**PATH, "left": 50, "top": 25, "path": [["M", 0, 0], ["Q", 50, 100, 100, 0]]}
    points = the_points(item)
    assert (50, 50) in points
    assert points[0] == (0, 0)
    assert points[-1] == (0, 100)
    steps = [math.dist(first, second) for first, second in zip(points, points[1:], strict=False)]
    assert max(steps) < 30


def test_colour_tells_what_a_line_is_for():
    prompts = read(
        PATH,
        {**PATH, "stroke": BACKGROUND_COLOUR.lower(), "left": 20, "top": 10},
        {**PATH, "stroke": "#123456"},
    )
    assert len(prompts.foreground) == 1
    assert [scribble.points[0] for scribble in prompts.background] == [(0, 0)]


def test_what_is_no_prompt_is_left_out():
    circle = {**RECT, "type": "Circle", "radius": 20}
    assert read(circle, {**PATH, "path": []}, RECT).are_empty is False
    assert read(circle, {**PATH, "path": []}).are_empty
