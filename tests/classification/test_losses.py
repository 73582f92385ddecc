import numpy as np
import pytest

from core.classification.losses import focal, label_weights, sparse_cross_entropy


def test_cross_entropy_and_focal_loss_by_hand():
    # exp(0) : exp(log 3) = 1 : 3, so p = 0.25 for label 0 and 0.75 for label 1.
    logits = np.array([[0.0, np.log(3.0)], [0.0, np.log(3.0)]], np.float32)
    truth = np.array([0, 1])
    np.testing.assert_allclose(sparse_cross_entropy(truth, logits), [1.386294, 0.287682], rtol=1e-5)
    # (1 - 0.25)^2 * 1.386294 and (1 - 0.75)^2 * 0.287682
    np.testing.assert_allclose(focal(truth[:, None], logits), [0.779791, 0.017980], rtol=1e-4)


def test_rare_labels_weigh_more():
    # 8 images, 2 labels: 8 / (2 * 6) and 8 / (2 * 2); every label then weighs as much as the other in all.
    labels = np.array([0] * 6 + [1] * 2)
    np.testing.assert_allclose(label_weights(labels, 2, balanced=True), [2 / 3, 2.0])
    np.testing.assert_array_equal(label_weights(labels, 2, balanced=False), [1, 1])
    with pytest.raises(ValueError, match="needs a training image"):
        label_weights(labels, 3, balanced=False)
    # The third label is not there: 8 / (2 * 6) and 8 / (2 * 2) as before.
    further = label_weights(labels, 3, balanced=True, some_missing=True)
    np.testing.assert_allclose(further[:2], [2 / 3, 2.0])
