"""Where a command's data, models and results lie: here, or elsewhere with a local folder in between.

Every address has one place in that folder, PROTOCOL/PATH: what lies together there lies together here, a card
beside its weights, a result beside its image.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cards import card_path
from core.errors import AppError
from core.storage import Upload, fetch, holds_anything, is_address, is_folder
from core.workflows.learn.run_folder import CHECKPOINTS_DIR, RUN_FILE


class Places:
    """Local paths of what was named by path or address.

    Args:
        aside: Empty folder for what lies elsewhere.
    """

    def __init__(self, aside: Path) -> None:
        self._aside = aside
        self._address_of: dict[Path, str] = {}
        self._uploads: list[Upload] = []

    def local(self, place: str) -> Path:
        """A folder or file to read; what lies elsewhere is fetched.

        Raises:
            AppError: There is nothing at an address, or it cannot be reached.
        """
        return fetch(place, self._copy(place)) if is_address(place) else Path(place)

    def local_images(self, place: str) -> str:
        """An image, a folder of images or a pattern, as the same of this machine.

        Raises:
            AppError: There is nothing at an address, or it cannot be reached.
        """
        return str(self.local(place)) if is_address(place) else place

    def local_model(self, place: str) -> Path:
        """A model folder, or a weights file with its card where it has one.

        Raises:
            AppError: There is nothing at an address, or it cannot be reached.
        """
        path = self.local(place)
        if is_address(place) and path.is_file():
            card = place[: place.rindex("/") + 1] + card_path(path).name
            if holds_anything(card):
                self.local(card)
        return path

    def local_record(self, place: str) -> Path:
        """The folder of a run, with its run.json at least.

        Raises:
            AppError: There is none at an address, or it cannot be reached.
        """
        return self.local(f"{place.rstrip('/')}/{RUN_FILE}").parent if is_address(place) else Path(place)

    def run_folder(self, place: str, *, resume: bool = False) -> Path:
        """A folder for all files of a run.

        Args:
            resume: Fetch the checkpoint that is there.

        Raises:
            AppError: The address cannot be reached, or holds a run already: what lies elsewhere is neither
                moved nor overwritten.
        """
        if not is_address(place):
            return Path(place)
        if resume:
            self.local(f"{place.rstrip('/')}/{CHECKPOINTS_DIR}")
        elif holds_anything(place):
            raise AppError(
                "{place} holds files already; choose another --output_dir, or --resume.", place=place
            )
        return self.results(place, is_file=False)

    def results(self, place: str, *, is_file: bool | None = None) -> Path:
        """A folder or file to write, in which or beside which what changes is put back; ask for inputs first.

        Args:
            is_file: Whether it is a file; None for what has an ending and is no folder.

        Raises:
            AppError: The address cannot be reached.
        """
        if not is_address(place):
            return Path(place)
        copy = self._copy(place)
        if is_file is None:
            is_file = bool(copy.suffix) and not is_folder(place)
        folder, address = (copy.parent, place[: place.rindex("/") + 1]) if is_file else (copy, place)
        folder.mkdir(parents=True, exist_ok=True)
        self._address_of[folder] = address
        self._uploads.append(Upload(folder, address))
        return copy

    def log(self, place: str) -> Path:
        """A file that is added to: what is there is kept.

        Raises:
            AppError: The address cannot be reached.
        """
        if is_address(place) and holds_anything(place):
            self.local(place)
        return self.results(place, is_file=True)

    def saved(self) -> None:
        """Put what was written since the last call to where it was asked for.

        Raises:
            AppError: It cannot be written.
        """
        for upload in self._uploads:
            upload.push()

    def as_asked(self, text: object) -> str:
        """A path or a sentence with what lies elsewhere called by its address."""
        said = str(text)
        for copy in sorted(self._address_of, key=lambda copy: len(copy.parts), reverse=True):
            said = said.replace(str(copy), self._address_of[copy].removesuffix("/"))
        return said

    def _copy(self, address: str) -> Path:
        parts = [part for part in re.split(r"[/\\]", address.replace("://", "/", 1)) if part not in ("", ".")]
        if ".." in parts:
            raise AppError("{address} goes up by '..'; name the place itself.", address=address)
        copy = self._aside.joinpath(*parts)
        self._address_of[copy] = address
        return copy


@contextmanager
def open_places() -> Iterator[Places]:
    """Places of one command; what was fetched is removed at its end.

    Raises:
        AppError: As it was raised inside, with addresses for the paths of what was fetched.
    """
    with tempfile.TemporaryDirectory(prefix="places-") as name:
        places = Places(Path(name))
        try:
            yield places
        except AppError as error:
            said = places.as_asked(error)
            if said == str(error):
                raise
            raise AppError(said) from None
