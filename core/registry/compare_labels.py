"""Does a candidate tell labels better than the version in use? Both are asked about the locked images.

Locked images with a label are never trained on, by any version of the task made here. Each classifier sees
the newest mask that a person saved, and calls the label that must not be missed at its own card's threshold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.config import from_dict, to_dict
from core.evaluation.evidence import Decision, Evidence, weigh
from core.imaging.class_masks import foreground
from core.imaging.decode import decode_image
from core.language.sentence import Sentence
from core.reasons import Reason
from core.registry.classifiers import ClassifierLike, Classifiers
from core.registry.verdict import reason_of
from core.workspace import VersionRow, Workspace


@dataclass(frozen=True)
class LabelCall:
    """One locked image.

    Attributes:
        image_id: The image.
        name: Its file name.
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
class LabelComparison:
    """A candidate beside the version in use, on the same locked images.

    Attributes:
        old_version_id: Version in use, None where there is none.
        new_version_id: The candidate.
        alert_label: Label that must not be missed, on the candidate's card; empty for none.
        alert_title: What people read for it.
        images: One row an image, in order of their ranks.
    """

    old_version_id: int | None
    new_version_id: int
    alert_label: str = ""
    alert_title: str = ""
    images: tuple[LabelCall, ...] = ()

    @property
    def mean_old(self) -> float | None:
        """Balanced accuracy of the version in use, None without images."""
        return self._balanced([each.old == each.label for each in self.images])

    @property
    def mean_new(self) -> float | None:
        """Balanced accuracy of the candidate, None without images."""
        return self._balanced([each.new == each.label for each in self.images])

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
    def num_better(self) -> int:
        """Images that only the candidate calls rightly."""
        return sum(each.old != each.label == each.new for each in self.images)

    @property
    def num_worse(self) -> int:
        """Images that only the version in use calls rightly."""
        return sum(each.old == each.label != each.new for each in self.images)

    @property
    def evidence(self) -> Evidence:
        """Whether the candidate is better beyond chance: an image weighs as in the balanced accuracy."""
        num_of = Counter(each.label for each in self.images)
        differences = [
            ((each.new == each.label) - (each.old == each.label))
            * len(self.images)
            / (len(num_of) * num_of[each.label])
            for each in self.images
        ]
        return weigh(differences, [each.group or each.image_id for each in self.images])

    @property
    def decision(self) -> Decision:
        """As the evidence says; never promoted where fewer images are found that must not be missed."""
        decision = self.evidence.decision
        return "keep" if decision == "promote" and self.found_new < self.found_old else decision

    @property
    def why(self) -> Reason:
        """The decision with its numbers."""
        told = reason_of(self, Sentence("balanced accuracy"))
        if self.decision != "keep" or self.found_new >= self.found_old:
            return told
        facts = {"alert": self.alert_title, "alerts": self.num_alerts}
        facts |= {"found_new": self.found_new, "found_old": self.found_old}
        return Reason("alerts_missed", {**told.facts, **facts})

    @property
    def _alerts(self) -> list[LabelCall]:
        return [each for each in self.images if self.alert_label and each.label == self.alert_label]

    def _balanced(self, right: list[bool]) -> float | None:
        """Mean over the labels that occur of the part of their images that is called rightly."""
        labels = [each.label for each in self.images]
        if not labels:
            return None
        recalls = [
            np.mean([is_right for is_right, own in zip(right, labels, strict=True) if own == label])
            for label in sorted(set(labels))
        ]
        return float(np.mean(recalls))

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return to_dict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> LabelComparison:
        """Back from `to_dict`.

        Raises:
            ValueError: Another version of this program wrote it.
        """
        return from_dict(cls, values)


def compare_labels(
    workspace: Workspace,
    new: VersionRow,
    old: VersionRow | None,
    classifiers: Classifiers,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> LabelComparison | None:
    """Both versions on the task's locked images with a label that the candidate knows.

    Args:
        workspace: The store.
        new: The candidate.
        old: The version in use, None where there is none.
        classifiers: Loaded classifiers.
        on_progress: Called with images done and all images.
        should_stop: Asked before each image.

    Returns:
        None where it was stopped.

    Raises:
        BadModelError: A classifier is missing or broken.
    """
    new_model = classifiers.get(workspace.versions.open(new))
    old_model = None if old is None else classifiers.get(workspace.versions.open(old))
    masks = workspace.truth.of_task(new.task_id)
    labels = workspace.labels.latest_of_task(new.task_id)
    locked = [
        image
        for image in workspace.images.list(new.task_id, "locked")
        if image.id in masks and image.id in labels and image.facts.channels == 3
    ]
    locked = [image for image in locked if labels[image.id].label in new_model.card.labels]
    locked.sort(key=lambda image: image.corrected_rank or 0)
    alert = new_model.card.alert_label
    calls = []
    for done, image in enumerate(locked, start=1):
        if should_stop is not None and should_stop():
            return None
        decoded = decode_image(workspace.files.read(image.file), image.name, frame=image.frame)
        mask = foreground(decode_image(workspace.masks.read_mask_png(masks[image.id]), image.name).values)
        old_call = ("", False) if old_model is None else _call(old_model, old_model.classify(decoded, mask))
        new_call = _call(new_model, new_model.classify(decoded, mask))
        label = labels[image.id].label or ""
        calls.append(
            LabelCall(
                image.id,
                image.name,
                label,
                old_call[0],
                new_call[0],
                old_call[1],
                new_call[1],
                image.group_id,
            )
        )
        if on_progress is not None:
            on_progress(done, len(locked))
    return LabelComparison(
        old_version_id=None if old is None else old.id,
        new_version_id=new.id,
        alert_label=alert,
        alert_title=new_model.card.label_titles.get(alert, alert),
        images=tuple(calls),
    )


def _call(model: ClassifierLike, probabilities: dict[str, float]) -> tuple[str, bool]:
    """The most probable label, the first of equal ones; and whether the alert label is called."""
    alert = probabilities.get(model.card.alert_label)
    likeliest = max(probabilities, key=lambda label: probabilities[label])
    return likeliest, alert is not None and alert >= model.card.threshold
