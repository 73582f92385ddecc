"""Programs that take turns: each waits in its own process until its parent wants some steps of it.

So the frameworks that are compared have their thread pools in separate processes, and only one computes at a
time. Orders come on stdin, one number of steps a line; answers go to what was stdout, as JSON, while
everything that the frameworks print goes to stderr.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any, TextIO

from core.config import PROJECT_DIR

# Steps before the clock starts: of a run that was just started, and of one that has waited, whose input
# pipeline has filled up meanwhile.
WARM_UP = 3
SETTLE = 2


class Done(Exception):
    """No more orders: the program may end."""


class Turns:
    """A program's side: told after each step, it waits for orders and answers them.

    Args:
        name: What the parent calls this program by.
    """

    def __init__(self, name: str) -> None:
        self.notes: dict[str, Any] = {"name": name}
        self._answers = _own_stdout()
        self._to_do = WARM_UP
        self._ordered = 0
        self._clock = self._cpu = 0.0

    def step_done(self) -> None:
        """Count a step; where it was the last one of an order, answer and wait for the next order.

        Raises:
            Done: The parent wants no more.
        """
        self._to_do -= 1
        if self._to_do == 0 and self._ordered:
            wall, cpu = time.perf_counter() - self._clock, time.process_time() - self._cpu
            self.answer({"seconds": wall / self._ordered, "cpu_seconds": cpu / self._ordered})
            self._wait()
        elif self._to_do == 0:
            self.answer(self.notes)
            self._wait()
        elif self._to_do == self._ordered:
            self._clock, self._cpu = time.perf_counter(), time.process_time()

    def _wait(self) -> None:
        order = sys.stdin.readline().strip()
        if not order:
            raise Done
        self._ordered = int(order)
        self._to_do = self._ordered + SETTLE

    def answer(self, values: dict[str, Any]) -> None:
        """Send one answer to the parent."""
        self._answers.write(json.dumps(values) + "\n")
        self._answers.flush()


class Program:
    """The parent's side of one program.

    Args:
        module: Run with `python -m`.
        arguments: Given to it.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._name = " ".join([module, *arguments])
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.notes = self._read()

    def measure(self, num_steps: int) -> dict[str, float]:
        """Seconds and processor seconds of a step, each the mean over the steps of this turn."""
        stdin = self._process.stdin
        if stdin is None:
            raise ValueError("a program takes its orders on stdin")
        stdin.write(f"{num_steps}\n")
        stdin.flush()
        return self._read()

    def end(self) -> None:
        """Let it end by itself, and end it where it does not."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> dict[str, Any]:
        line = "" if self._process.stdout is None else self._process.stdout.readline()
        if not line:
            raise SystemExit(
                f"{self._name} ended early with code {self._process.wait()}; see its last lines."
            )
        answer: dict[str, Any] = json.loads(line)
        return answer


def _own_stdout() -> TextIO:
    """What was stdout, for answers alone; whatever else is printed goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers
