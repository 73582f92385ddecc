import itertools

import numpy as np
import pytest

from core.config import AugmentConfig
from core.training.examples import ExampleArrays
from core.training.pipeline import training_batches, validation_batches
from core.training.plain_batches import EveryImage, endless_batches
from core.training.stream import Share, TrainingStream, mirror_out

NOTHING = AugmentConfig(0, 0, 0, 0, 0, 0, 0)
SOMETHING = AugmentConfig(0.5, 0.5, 20, 0.1, 0.1, 0.1, 0.1)


@pytest.fixture
def examples():
    """Five images, each of one grey value that is its number times 50; the mask is 1 in the third alone."""
    images = np.zeros((5, 8, 8, 1), np.uint8) + (np.arange(5, dtype=np.uint8) * 50)[:, None, None, None]
    masks = np.zeros((5, 8, 8), np.uint8)
    masks[2] = 1
    return ExampleArrays(images, masks)


def numbers(dataset, count):
    """Which images the first batches hold."""
    return [(batch[0].numpy()[:, 0, 0, 0] // 50).tolist() for batch in itertools.islice(dataset, count)]


def test_every_pass_shows_every_image_once(examples):
    drawn = list(itertools.chain(*numbers(training_batches(examples, NOTHING, batch_size=2, seed=0), 5)))
    assert sorted(drawn[:5]) == [0, 1, 2, 3, 4]
    assert sorted(drawn[5:]) == [0, 1, 2, 3, 4]
    assert drawn[:5] != drawn[5:]


def test_batches_are_full_even_with_fewer_images_than_a_batch(examples):
    (batch,) = numbers(training_batches(examples, NOTHING, batch_size=7, seed=0), 1)
    assert len(batch) == 7 and set(batch) == {0, 1, 2, 3, 4}


def test_images_come_as_bytes_with_mask_and_weight_of_their_own(examples):
    images, targets = next(iter(training_batches(examples, NOTHING, batch_size=5, seed=0)))
    assert images.dtype == targets.dtype == "uint8" and targets.shape == (5, 8, 8, 2)
    for image, target in zip(images.numpy(), targets.numpy(), strict=True):
        assert (target[..., 0] == (image[..., 0] == 100)).all()
    assert (targets.numpy()[..., 1] == 1).all()


def test_the_same_seed_gives_the_same_batches(examples):
    first, again = (
        [batch[0].numpy() for batch in itertools.islice(data, 4)]
        for data in (training_batches(examples, SOMETHING, batch_size=2, seed=3) for _ in range(2))
    )
    np.testing.assert_array_equal(first, again)


def test_starting_later_gives_what_would_have_come(examples):
    whole = list(itertools.islice(training_batches(examples, SOMETHING, batch_size=2, seed=3), 4))
    late = training_batches(examples, SOMETHING, batch_size=2, seed=3, first_step=3)
    np.testing.assert_array_equal(next(iter(late))[0], whole[3][0])


def test_another_seed_gives_another_order(examples):
    orders = [numbers(training_batches(examples, NOTHING, batch_size=5, seed=seed), 3) for seed in (0, 1)]
    assert orders[0] != orders[1]


def test_undecided_pixels_move_with_the_image(examples):
    weights = np.ones((5, 8, 8), np.uint8)
    weights[:, :, :4] = 0
    flip = AugmentConfig(1, 0, 0, 0, 0, 0, 0)
    undecided = ExampleArrays(examples.images, examples.masks, weights)
    _, targets = next(iter(training_batches(undecided, flip, batch_size=1, seed=0)))
    np.testing.assert_array_equal(targets.numpy()[0, 0, :, 1], [1, 1, 1, 1, 0, 0, 0, 0])


def test_shapes_of_a_rectangle_are_static():
    wide = ExampleArrays(np.zeros((3, 8, 16, 3), np.uint8), np.zeros((3, 8, 16), np.uint8))
    for batches in (
        training_batches(wide, SOMETHING, batch_size=2, seed=0, border=4),
        validation_batches(wide, batch_size=2, border=4),
    ):
        image, target = (spec.shape.as_list()[1:] for spec in batches.element_spec)
        assert (image, target) == ([16, 24, 3], [8, 16, 2])
        assert next(iter(batches))[0].shape == (2, 16, 24, 3)


def test_validation_shows_every_image_once_in_order(examples):
    assert numbers(validation_batches(examples, batch_size=2), 9) == [[0, 1], [2, 3], [4]]


def test_batches_without_tensorflow_are_the_same(examples):
    stream = TrainingStream(examples, SOMETHING, seed=3)
    plain = endless_batches(stream, 2, first_step=1, share=Share())
    dataset = training_batches(examples, SOMETHING, batch_size=2, seed=3, first_step=1)
    for ours, theirs in zip(itertools.islice(plain, 6), dataset, strict=False):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b.numpy())
    plain.close()


def test_processes_make_their_parts_of_a_batch(examples):
    stream = TrainingStream(examples, SOMETHING, seed=3)
    whole, *parts = (
        next(endless_batches(stream, 4, first_step=0, share=share))
        for share in (Share(), Share(0, 2), Share(1, 2))
    )
    np.testing.assert_array_equal(np.concatenate([part[0] for part in parts]), whole[0])


def test_a_filled_last_batch_has_images_of_weight_0(examples):
    *_, (images, targets, weights) = validation_batches(examples, batch_size=4, fill=True)
    assert images.shape == (4, 8, 8, 1) and targets.shape == (4, 8, 8, 2)
    np.testing.assert_array_equal(weights.numpy(), [1, 0, 0, 0])


def test_processes_share_a_filled_batch(examples):
    parts = [EveryImage(examples, 4, border=0, fill=True, share=Share(n, 2))[1][2] for n in (0, 1)]
    np.testing.assert_array_equal(parts, [[1, 0], [0, 0]])


def test_a_border_mirrors_the_image_out_and_leaves_the_target(examples):
    images, targets = next(iter(training_batches(examples, SOMETHING, batch_size=2, seed=0, border=12)))
    assert images.shape == (2, 32, 32, 1) and targets.shape == (2, 8, 8, 2)
    plain, _ = next(iter(training_batches(examples, SOMETHING, batch_size=2, seed=0)))
    np.testing.assert_array_equal(images.numpy()[:, 12:20, 12:20], plain.numpy())
    images, targets = next(iter(validation_batches(examples, batch_size=2, border=12)))
    assert images.shape == (2, 32, 32, 1) and targets.shape == (2, 8, 8, 2)


def test_mirroring_goes_on_beyond_the_image():
    # 1 2 3, mirrored about its ends again and again: ... 1 2 3 2 1 2 3 2 1 ...
    row = np.array([[1, 2, 3]] * 3)[..., None]
    np.testing.assert_array_equal(mirror_out(row, 3)[0, :, 0], [2, 3, 2, 1, 2, 3, 2, 1, 2])
