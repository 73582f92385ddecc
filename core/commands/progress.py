"""What runs, on a terminal: progress bars on stderr, a line for each epoch, Ctrl-C as a wish to stop."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, Self

from tqdm import tqdm

from core.language import say
from core.language.sentence import Sentence, said

if TYPE_CHECKING:
    from core.training.progress_report import ProgressReport
    from core.workflows.learn.train_model import Watchers


class ImageBar:
    """A progress bar over images, there from the first call on, so that loading does not count as progress.

    Args:
        label: What is done with the images.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: tqdm[None] | None = None

    def __enter__(self) -> ImageBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int) -> None:
        """Show how many images are done."""
        if self._bar is None:
            self._bar = tqdm(total=total, desc=self._label, unit=say("image"))
        self._bar.update(done - self._bar.n)


class TrainingDisplay:
    """Progress bars on stderr, and Ctrl-C as a wish to stop; a second one interrupts."""

    def __init__(self) -> None:
        self.interrupted = False
        self._checking: tqdm[None] | None = None
        self._training: tqdm[None] | None = None
        self._told = 0

    def __enter__(self) -> Self:
        self._handler = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._handler)
        for bar in (self._checking, self._training):
            if bar is not None:
                bar.close()

    def watchers(self) -> Watchers:
        """Its functions, as a training calls them."""
        from core.workflows.learn.train_model import Watchers

        return Watchers(self.check, self.begin, self.step, lambda: self.interrupted, self.note)

    def begin(self, name: str, number: int, total: int) -> None:
        """One of several runs that begins."""
        if self._training is not None:
            self._training.close()
        self._training, self._told = None, 0
        told = Sentence("run {number}/{total}: {name}", number=number, total=total, name=name)
        print(told.said(), file=sys.stderr)

    def check(self, done: int, total: int) -> None:
        """Pairs that were read; shown on a terminal only."""
        if self._checking is None:
            self._checking = tqdm(
                total=total, desc=say("checking"), unit=say("pair"), leave=False, disable=None
            )
        self._checking.update(done - self._checking.n)
        if done == total:
            self._checking.close()

    def note(self, sentence: str) -> None:
        """What is worth knowing of a run: on stdout before it, on stderr beside its bar."""
        if self._training is None:
            print(said(sentence), flush=True)
        else:
            self._training.write(said(sentence), file=sys.stderr)

    def step(self, report: ProgressReport) -> None:
        """A step that was trained; a line for each validated epoch. Labels have no Dice."""
        word, name = ("accuracy", "accuracy") if report.dice is None else ("Dice", "dice")
        value, val_value = getattr(report, name), getattr(report, f"val_{name}")
        if self._training is None:
            total = report.num_epochs * report.num_steps
            self._training = tqdm(total=total, desc=say("training"), unit=say("step"), mininterval=1)
        bar = self._training
        bar.update((report.epoch - 1) * report.num_steps + report.step - bar.n)
        word = say(word)
        facts = {"epoch": report.epoch, "loss": report.loss, "word": word, "value": value}
        told = Sentence("epoch {epoch} loss {loss:.3f} {word} {value:.3f}", **facts)
        bar.set_postfix_str(told.said(), refresh=False)
        if report.epoch_done and report.epoch > self._told:
            self._told = report.epoch
            facts["total"] = report.num_epochs
            line = Sentence("epoch {epoch}/{total}  loss {loss:.4f}  {word} {value:.4f}", **facts)
            if val_value is not None:
                facts = {"loss": report.val_loss, "word": word, "value": val_value}
                line += Sentence("  validation loss {loss:.4f}  {word} {value:.4f}", **facts)
            bar.write(line.said(), file=sys.stderr)

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True
        print(Sentence("\nStopping after this step; Ctrl-C again ends at once.").said(), file=sys.stderr)
