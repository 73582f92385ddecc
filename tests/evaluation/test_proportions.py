import pytest
from scipy.stats import binomtest

from core.evaluation.proportions import proportion


def test_nine_of_ten():
    # Wilson by hand: middle (0.9 + 3.8415 / 20) / 1.38415 = 0.78899; reach 1.95996 / 1.38415
    # sqrt(0.009 + 3.8415 / 400) = 0.19314.
    found = proportion(9, 10)
    assert (found.low, found.high) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert found.part == 0.9


@pytest.mark.parametrize(("count", "total"), [(0, 5), (5, 5), (1, 3), (70, 93)])
def test_as_scipy_has_it(count, total):
    expected = binomtest(count, total).proportion_ci(method="wilson")
    found = proportion(count, total)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_of_none_nothing_is_known():
    found = proportion(0, 0)
    assert (found.part, found.low, found.high) == (0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="between none and all"):
        proportion(3, 2)
