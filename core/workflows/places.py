"""Where a run's data, base model and results lie: here, or elsewhere with a local folder in between."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.cards import card_path
from core.errors import AppError
from core.storage import Upload, fetch, holds_anything, is_address
from core.workflows.run_folder import CHECKPOINTS_DIR, RUN_FILE


@dataclass(frozen=True)
class Places:
    """Local paths of a run.

    Attributes:
        output_dir: Where files are written.
        upload: Puts them to where they were asked for; None where that is `output_dir`.
        aside: Folder for what is fetched; removed when the run is over.
    """

    output_dir: Path
    upload: Upload | None
    aside: Path

    def saved(self) -> None:
        """Put what was written since the last call to where it was asked for."""
        if self.upload is not None:
            self.upload.push()

    def finished(self) -> None:
        """The same at the end of a run, whose checkpoints may be gone."""
        if self.upload is not None:
            self.upload.push()
            if not (self.output_dir / CHECKPOINTS_DIR).exists():
                self.upload.remove(CHECKPOINTS_DIR)

    def local(self, place: str) -> Path:
        """A folder or file as a path of this machine; what lies elsewhere is fetched.

        Raises:
            AppError: There is nothing at an address, or it cannot be reached.
        """
        return fetch(place, self.aside) if is_address(place) else Path(place)

    def local_model(self, place: str) -> Path:
        """The same of a model folder, or of a weights file with its card.

        Raises:
            AppError: There is nothing at an address, or it cannot be reached.
        """
        path = self.local(place)
        if is_address(place) and path.is_file():
            card = card_path(path).name
            fetch(f"{place.rsplit('/', 1)[0]}/{card}", self.aside)
        return path

    def local_record(self, place: str) -> Path:
        """The folder of a run, with its run.json at least.

        Raises:
            AppError: There is none at an address, or it cannot be reached.
        """
        if not is_address(place):
            return Path(place)
        folder = self.aside / "run" / place.rstrip("/").rsplit("/", 1)[-1]
        return fetch(f"{place.rstrip('/')}/{RUN_FILE}", folder).parent


@contextmanager
def open_places(output_dir: str, *, resume: bool = False) -> Iterator[Places]:
    """Places of a run whose results are asked for at a path or an address.

    Args:
        output_dir: Path or address.
        resume: Fetch the checkpoint that is there.

    Raises:
        AppError: The address cannot be reached, or holds a run already: what lies elsewhere is neither moved
            nor overwritten.
    """
    with tempfile.TemporaryDirectory(prefix="train-") as name:
        aside = Path(name)
        if not is_address(output_dir):
            yield Places(Path(output_dir), None, aside)
            return
        folder = aside / "results" / output_dir.rstrip("/").rsplit("/", 1)[-1]
        folder.mkdir(parents=True)
        if resume:
            fetch(f"{output_dir.rstrip('/')}/{CHECKPOINTS_DIR}", folder)
        elif holds_anything(output_dir):
            raise AppError(f"{output_dir} holds files already; choose another --output_dir, or --resume.")
        yield Places(folder, Upload(folder, output_dir), aside)
