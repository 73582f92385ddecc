"""The classes of a task: a value for good, so that no change of the list touches a mask."""

import pytest

from core.errors import StoreError
from core.imaging.class_table import DEFAULT_COLOURS
from core.workspace import TaskClass
from core.workspace.classes import added, changed, completed, merged, moved, reading_table

LUNG, HEART, BODY = (
    TaskClass(name, value=value) for value, name in enumerate(("Lung", "Heart", "Body"), start=1)
)
THREE = (LUNG, HEART, BODY)


def names(classes):
    return [(each.name, each.value, each.key, each.becomes) for each in classes]


def test_a_new_class_gets_the_next_value_key_and_free_colour():
    kept = completed(added(THREE, " Spine "), THREE)
    assert names(kept)[-1] == ("Spine", 4, "4", None)
    # All three had no colour of their own, which is the first one.
    assert kept[-1].colour == DEFAULT_COLOURS[2]


def test_the_first_class_that_is_named_is_the_one_foreground_that_had_no_name():
    kept = completed((TaskClass("Lung"), TaskClass("Heart")), (TaskClass(value=1),))
    assert names(kept) == [("Lung", 1, "1", None), ("Heart", 2, "2", None)]


def test_order_and_names_change_no_value():
    kept = completed(moved(changed(THREE, 2, name="Aorta"), 3, -1), THREE)
    assert names(kept) == [("Lung", 1, "1", None), ("Body", 3, "2", None), ("Aorta", 2, "3", None)]
    assert reading_table(kept)[:5].tolist() == [0, 1, 2, 3, 0]


def test_merged_deleted_and_left_out_classes_stay_known():
    kept = completed(merged(merged(THREE, 3, 2), 2, 1), THREE)
    assert names(kept) == [("Lung", 1, "1", None), ("Heart", 2, "", 1), ("Body", 3, "", 2)]
    assert reading_table(kept)[[0, 1, 2, 3, 255]].tolist() == [0, 1, 1, 1, 255]
    left_out = completed((LUNG, HEART), THREE)
    assert reading_table(left_out)[:4].tolist() == [0, 1, 2, 0]
    # A value is never given a second time.
    assert completed(added((LUNG, HEART), "Spine"), left_out)[2].value == 4


def test_the_tenth_class_has_no_key():
    kept = completed([TaskClass(f"Class {n}") for n in range(10)], ())
    assert [each.key for each in kept] == [*"123456789", ""]


@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        ((), "at least one class"),
        ((LUNG, TaskClass("lung")), 'would be called "Lung"'),
        ((LUNG, TaskClass(" ")), "Give each class a name"),
        ((LUNG, TaskClass("x" * 61)), "60 letters"),
        (tuple(TaskClass(f"{n}") for n in range(254)), "253 classes"),
    ],
)
def test_what_is_no_list_of_classes_is_refused(classes, reason):
    with pytest.raises(StoreError, match=reason):
        completed(classes, (LUNG,))
