"""What scoring a split asks and leaves, for masks and labels: JSON, the log of test scorings, the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from core.cards import ModelCard, Score, save_card
from core.classifier_cards import ClassifierCard
from core.errors import AppError
from core.evaluation.test_log import Scoring, check_log, log_scorings
from core.files import write_json

Card = TypeVar("Card", ModelCard, ClassifierCard)


@dataclass(frozen=True, kw_only=True)
class ScoreRequest:
    """What is to be scored.

    Attributes:
        model_path: Weights file or model folder.
        threshold: In [0, 1]; None for that of the card.
        update_card: Write the scores into the card ("test" and "val" only).
        test_log: Log that gets a line where the split is test (`core.evaluation.test_log`), None for none.
        called: What the log calls a model or a data folder; its address where it was fetched.
    """

    model_path: Path
    split: str = "test"
    threshold: float | None = None
    json_path: Path | None = None
    update_card: bool = False
    test_log: Path | None = None
    command: str = ""
    called: Callable[[Path], str] = str

    def check(self) -> None:
        """Refuse before anything is scored.

        Raises:
            AppError: A card is to be updated with scores of train or of another threshold, or `test_log` is
                no such log.
        """
        if self.test_log is not None:
            check_log(self.test_log)
        if self.update_card and (self.split == "train" or self.threshold is not None):
            raise AppError(
                "A card keeps scores of val and test at its own threshold; leave out --update_card."
            )

    def keep(
        self, step: str, data_dir: Path, score: tuple[str, float], num_images: int, told: dict[str, Any]
    ) -> None:
        """Log the scoring where it is of test, then write the JSON.

        Args:
            step: "segment" or "classify".
            score: The first score and its mean.
            told: What the JSON says.
        """
        if self.test_log is not None and self.split == "test":
            scoring = Scoring(
                part="evaluate",
                step=step,
                network=self.called(self.model_path),
                images=num_images,
                score=score[0],
                mean=score[1],
                data=self.called(data_dir),
                command=self.command,
            )
            log_scorings(self.test_log, [scoring])
        if self.json_path is not None:
            write_json(self.json_path, told)

    def keep_on_card(self, card: Card, path: Path, scores: dict[str, Score]) -> None:
        """Write the scores into a card where that is asked for."""
        if self.update_card:
            part = "test" if self.split == "test" else "validation"
            changes: dict[str, Any] = {part: scores}
            save_card(replace(card, **changes), path)
