import pytest

from core.review.agreement import Agreement
from core.review.readers import ImageAgreement, compare_model, summarise_pair


def read(group, dice, first_area=100.0, second_area=100.0, hd95=2.0, surface=0.9):
    return ImageAgreement(1, "a.png", group, Agreement(dice, surface, hd95, first_area, second_area))


def test_groups_weigh_the_same_and_areas_have_limits_of_agreement():
    images = [
        read(1, 0.8, 110, 100),
        read(1, 0.6, 100, 120, hd95=None),
        read(2, 0.9, 100, 90, hd95=4.0, surface=0.5),
    ]
    found = summarise_pair(images)
    assert (found.num_images, found.num_groups) == (3, 2)
    # (0.7 + 0.9) / 2, and (0.9 + 0.5) / 2.
    assert found.dice == pytest.approx(0.8)
    assert found.surface_dice == pytest.approx(0.7)
    assert found.hd95 == 3.0
    # 10, -20, 10: mean 0, standard deviation sqrt(600 / 2) = 17.3205.
    assert found.area_difference == pytest.approx(0.0)
    assert (found.area_low, found.area_high) == pytest.approx((-33.948, 33.948), abs=1e-3)
    # Two groups: 12.706 standard errors of 0.1 reach beyond both ends.
    assert (found.low, found.high) == (0.0, 1.0)


def test_an_interval_over_groups_by_hand():
    # Means 0.7, 0.8, 0.9: standard error 0.1 / sqrt(3) = 0.057735, Student's quantile of 2 is 4.302653.
    found = summarise_pair([read(1, 0.7), read(2, 0.8), read(3, 0.9)])
    assert (found.low, found.high) == pytest.approx((0.8 - 0.248414, 1.0), abs=1e-5)


def test_one_group_has_no_interval():
    found = summarise_pair([read(1, 0.8), read(1, 0.6)])
    assert (found.low, found.high) == (None, None)
    with pytest.raises(ValueError, match="at least one image"):
        summarise_pair([])


def test_the_model_against_people_is_paired_over_groups():
    people = [0.9, 0.8, 0.85, 0.7, 0.95, 0.9]
    model = [value - 0.1 for value in people]
    found = compare_model(people, model, [1, 2, 3, 4, 5, 5])
    assert (found.num_images, found.num_groups) == (6, 5)
    assert found.people == pytest.approx((0.9 + 0.8 + 0.85 + 0.7 + 0.925) / 5)
    assert (found.difference, found.low, found.high) == pytest.approx((-0.1, -0.1, -0.1))
    assert compare_model(people, model, [1, 1, 2, 2, 3, 4]) is None


def test_as_good_needs_an_interval_that_says_so():
    people = [0.9, 0.8, 0.85, 0.7, 0.95]
    groups = [1, 2, 3, 4, 5]

    def standing(*differences):
        model = [value + difference for value, difference in zip(people, differences, strict=True)]
        return compare_model(people, model, groups).standing

    assert standing(-0.01, 0.0, 0.01, -0.01, 0.005) == "as good"
    assert standing(-0.2, 0.1, 0.0, -0.1, 0.05) == "unsure"
    assert standing(-0.2, -0.1, -0.1, -0.1, -0.15) == "worse"
    assert standing(0.02, 0.03, 0.01, 0.05, 0.02) == "better"
