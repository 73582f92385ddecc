import numpy as np
import pytest

from core.review.second_reading import DICE, SECOND, is_chosen, readings_by_image


def test_a_part_is_chosen_and_stays_chosen():
    few = {number for number in range(2000) if is_chosen(str(number), 20, "read twice")}
    more = {number for number in range(2000) if is_chosen(str(number), 50, "read twice")}
    assert few < more
    assert few != {number for number in range(2000) if is_chosen(str(number), 20, "blind first")}
    assert len(few) == pytest.approx(400, abs=60)
    assert not any(is_chosen(str(number), 0, "read twice") for number in range(100))
    assert all(is_chosen(str(number), 100, "read twice") for number in range(100))


def test_of_each_reader_the_first_reading_counts_which_alone_is_blind(workspace, add_image, save):
    image = add_image()
    mask = np.zeros((2, 3), np.uint8)
    first = save(image, mask, "Kim")
    read = {SECOND: first.id}
    lee = save(image, mask, "Lee", provenance={**read, DICE: 0.7})
    park = save(image, mask, "Park", provenance={**read, DICE: 0.9})
    # By now Lee may have seen Kim's mask.
    save(image, mask, "Lee", provenance={**read, DICE: 1.0})
    history = workspace.masks.history(image.id)[::-1]
    found = readings_by_image(history, {image.id: first.id})[image.id]
    assert found.all == (first, lee, park)
    assert found.dice == 0.7
    assert found.differ(0.8)
    assert not found.differ(0.7)
    settled = readings_by_image(history, {image.id: lee.id})[image.id]
    assert settled.is_settled
    assert not settled.differ(0.8)


def test_who_reads_against_a_newer_first_reading_begins_anew(workspace, add_image, save):
    image = add_image()
    mask = np.zeros((2, 3), np.uint8)
    first = save(image, mask, "Kim")
    save(image, mask, "Lee", provenance={SECOND: first.id, DICE: 0.5})
    again = save(image, mask, "Kim")
    park = save(image, mask, "Park", provenance={SECOND: again.id, DICE: 0.9})
    found = readings_by_image(workspace.masks.history(image.id)[::-1], {image.id: again.id})
    assert found[image.id].all == (again, park)


def test_an_image_read_once_has_no_readings(workspace, add_image, save):
    image = add_image()
    save(image, np.zeros((2, 3), np.uint8))
    assert readings_by_image(workspace.masks.history(image.id), {}) == {}
