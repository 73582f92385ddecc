"""Does a candidate tell labels better than the version in use? Both are asked about the locked images.

Each classifier sees the newest mask that a person saved, and calls the label that must not be missed at its
own card's threshold.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from core.classification.predictor import Classifier
from core.evaluation.evidence import Decision, Evidence, mean_over_groups, weigh
from core.imaging.mask_files.class_masks import foreground
from core.language.sentence import Sentence
from core.reasons import Reason
from core.registry.compared import Compared, each_locked
from core.registry.decoded import decode
from core.registry.predictors import Classifiers
from core.workspace import ImageRow, VersionRow, Workspace


@dataclass(frozen=True)
class LabelCall:
    """One locked image.

    Attributes:
        label: What a person called it.
        old: Most probable label of the version in use, empty where there is none.
        new: Most probable label of the candidate.
        old_alert: Whether the version in use calls the label that must not be missed.
        new_alert: Whether the candidate does.
        group: What it must not be separated from; 0 in comparisons from before there were groups.
    """

    image_id: int
    name: str
    label: str
    old: str
    new: str
    old_alert: bool = False
    new_alert: bool = False
    group: int = 0


@dataclass(frozen=True)
class LabelComparison(Compared):
    """By balanced accuracy.

    Attributes:
        alert_label: Label that must not be missed, on the candidate's card; empty for none.
        alert_title: What people read for it.
    """

    score = Sentence("balanced accuracy")

    images: tuple[LabelCall, ...] = ()
    alert_label: str = ""
    alert_title: str = ""

    @property
    def num_alerts(self) -> int:
        """Images with the label that must not be missed."""
        return len(self._alerts)

    @property
    def found_old(self) -> int:
        """Those of them that the version in use calls."""
        return sum(each.old_alert for each in self._alerts)

    @property
    def found_new(self) -> int:
        """Those of them that the candidate calls."""
        return sum(each.new_alert for each in self._alerts)

    @property
    def evidence(self) -> Evidence:
        """Whether the candidate is better beyond chance: an image weighs as in the balanced accuracy."""
        num_of = Counter(each.label for each in self.images)
        weights = [len(self.images) / (len(num_of) * num_of[each.label]) for each in self.images]
        return weigh([g * w for g, w in zip(self.gains, weights, strict=True)], self.groups)

    @property
    def decision(self) -> Decision:
        """As the evidence says; never promoted where fewer images are found that must not be missed."""
        decision = self.evidence.decision
        return "keep" if decision == "promote" and self.found_new < self.found_old else decision

    @property
    def why(self) -> Reason:
        """The decision with its numbers."""
        told = super().why
        if self.decision != "keep" or self.found_new >= self.found_old:
            return told
        facts = {"alert": self.alert_title, "alerts": self.num_alerts}
        facts |= {"found_new": self.found_new, "found_old": self.found_old}
        return Reason("alerts_missed", {**told.facts, **facts})

    @property
    def _alerts(self) -> list[LabelCall]:
        return [each for each in self.images if self.alert_label and each.label == self.alert_label]

    def _scores(self, which: Literal["old", "new"]) -> list[float]:
        """1 for each image that is called rightly, else 0."""
        return [float(getattr(each, which) == each.label) for each in self.images]

    def _mean(self, scores: list[float]) -> float | None:
        """Mean over the labels that occur of the part of their images that is called rightly."""
        return mean_over_groups(scores, [each.label for each in self.images])


def compare_labels(
    workspace: Workspace, new: VersionRow, old: VersionRow | None, classifiers: Classifiers, **watching: Any
) -> LabelComparison | None:
    """Both versions on the task's locked colour images with a label that the candidate knows.

    Args:
        **watching: `on_progress` and `should_stop` of `each_locked`.

    Raises:
        BadModelError: A classifier is missing or broken.
    """
    new_model = classifiers.get(workspace.versions.open(new))
    old_model = None if old is None else classifiers.get(workspace.versions.open(old))
    labels = {key: row.label or "" for key, row in workspace.labels.latest_of_task(new.task_id).items()}

    def counts(image: ImageRow) -> bool:
        return image.facts.channels == 3 and labels.get(image.id) in new_model.card.labels

    def row_of(image: ImageRow, mask: NDArray[Any]) -> LabelCall:
        decoded = decode(workspace, image)
        (old_label, old_alert), (new_label, new_alert) = (
            ("", False) if model is None else _call(model, model.classify(decoded, foreground(mask)))
            for model in (old_model, new_model)
        )
        told = (labels[image.id], old_label, new_label, old_alert, new_alert)
        return LabelCall(image.id, image.name, *told, image.group_id)

    rows = each_locked(workspace, new.task_id, row_of, counts=counts, **watching)
    if rows is None:
        return None
    alert = new_model.card.alert_label
    title = new_model.card.label_titles.get(alert, alert)
    return LabelComparison(None if old is None else old.id, new.id, rows, alert, title)


def _call(model: Classifier, probabilities: dict[str, float]) -> tuple[str, bool]:
    """The most probable label, the first of equal ones; and whether the alert label is called."""
    alert = probabilities.get(model.card.alert_label)
    likeliest = max(probabilities, key=lambda label: probabilities[label])
    return likeliest, alert is not None and alert >= model.card.threshold
