from pathlib import Path

import numpy as np

from core.evaluation.classes import Predictions, class_scores
from core.evaluation.paired import paired_test
from core.experiments.kinds.classify import comparison_result
from core.experiments.reports.report import markdown_table
from core.workflows.learn.classify_data import LabelSource
from core.workflows.measure.classify_comparison import ClassifyComparison, ViewScores
from core.workflows.measure.classify_cross_validate import ClassifyCrossValidateRequest

LABELS = ("MEL", "NV")
TRUTH = np.array([0, 0, 1, 1])


def view(name, probabilities, confusion):
    given = np.array(probabilities)[None]
    predictions = Predictions(LABELS, TRUTH, given, "MEL", np.full((1, 4), 0.5))
    return ViewScores(name, class_scores(predictions, num_samples=50), confusion, 7.0)


def test_a_comparison_says_what_was_found_and_how():
    right = view("crop", [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8]], ((2, 0), (0, 2)))
    wrong = view("whole", [[0.4, 0.6], [0.3, 0.7], [0.1, 0.9], [0.2, 0.8]], ((0, 2), (0, 2)))
    tests = {"whole - crop": paired_test([0, 0, 1, 1], [1, 1, 1, 1])}
    found = ClassifyComparison(LABELS, 4, (wrong, right), tests, "From scratch.", {}, stopped=False)
    request = ClassifyCrossValidateRequest(
        LabelSource(Path("d")), Path("o"), views=("whole", "crop"), repeats=1
    )
    result = comparison_result(found, request)
    assert result.headline == (
        "Highest out-of-fold accuracy: square around the lesion, 1.000; always the commonest label: 0.500."
    )
    table = markdown_table(result).splitlines()
    assert table[0].startswith("| input | accuracy | balanced accuracy |")
    assert table[2].startswith("| whole image | 0.5000 (") and table[2].endswith("| 7 |")
    notes = " ".join(result.notes)
    assert "From scratch." in notes and "MEL: 0 MEL, 2 NV" in notes
    # Whole less crop: two of four images worse.
    assert "Accuracy of whole image less that of square around the lesion: -0.500" in notes
