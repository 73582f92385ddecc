from dataclasses import replace

import cv2
import numpy as np

from core.evaluation.history import EpochRow, curves_png, history_csv

FIRST = EpochRow(1, 1.25, 0.5, 1.5, 0.4, 0.001, 10.0)
SECOND = EpochRow(2, 1 / 3, 0.75, None, None, 0.0, 20.5)


def test_csv_has_a_header_and_leaves_out_what_was_not_measured():
    assert history_csv([FIRST, SECOND]).decode().splitlines() == [
        "epoch,loss,dice,val_loss,val_dice,learning_rate,seconds,accuracy,val_accuracy",
        "1,1.25,0.5,1.5,0.4,0.001,10,,",
        "2,0.333333,0.75,,,0,20.5,,",
    ]


def cv2_picture(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def picture(rows, best_epoch=1):
    return cv2_picture(curves_png(rows, best_epoch))


def test_curves_are_a_picture_with_both_curves():
    drawn = picture([FIRST, replace(SECOND, val_loss=1.0, val_dice=0.6)])
    assert drawn.shape[0] > 200 and drawn.shape[1] > 500
    orange = np.abs(drawn.astype(int) - (0, 159, 230)).sum(axis=-1) < 12
    assert orange.sum() > 50


def test_curves_without_validation_have_one_colour():
    drawn = picture([replace(FIRST, val_loss=None, val_dice=None), SECOND])
    orange = np.abs(drawn.astype(int) - (0, 159, 230)).sum(axis=-1) < 12
    assert orange.sum() == 0


def test_accuracy_has_a_curve_of_its_own_where_every_epoch_has_it():
    with_accuracy = [replace(row, accuracy=0.9, val_accuracy=0.8) for row in (FIRST, SECOND)]
    wider, narrower = picture(with_accuracy), picture([FIRST, SECOND])
    assert wider.shape[1] == narrower.shape[1] * 3 // 2
    assert not np.array_equal(picture([FIRST]), cv2_picture(curves_png([FIRST], 1, loss="focal")))
