"""What can be made again: predictions, thumbnails, display pictures. It may be deleted at any time."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from core.files import write_whole

logger = logging.getLogger(__name__)


class Cache:
    """Bytes by key, made at most once at a time within this process; safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._locks: dict[tuple[str, str], threading.Lock] = {}

    def get(self, sha256: str, kind: str) -> bytes | None:
        """What is kept of an image under that kind, None where nothing is."""
        try:
            return self._path(sha256, kind).read_bytes()
        except OSError:
            return None

    def put(self, sha256: str, kind: str, content: bytes) -> None:
        """Keep something; a full disk is told to the log alone, since it can be made again."""
        try:
            write_whole(self._path(sha256, kind), content)
        except OSError as error:
            logger.warning("%s of %s is not kept (%s)", kind, sha256, error)

    def get_or_make(self, sha256: str, kind: str, make: Callable[[], bytes]) -> bytes:
        """What is kept, else what `make` makes; two threads that ask at once make it once."""
        found = self.get(sha256, kind)
        if found is not None:
            return found
        # One lock for two threads that ask at once: `setdefault` looks and sets in one.
        with self._locks.setdefault((sha256, kind), threading.Lock()):
            found = self.get(sha256, kind)
            if found is None:
                found = make()
                self.put(sha256, kind, found)
        return found

    def forget(self, sha256: str) -> None:
        """Drop everything that is kept of an image."""
        shutil.rmtree(self.root / sha256[:2] / sha256, ignore_errors=True)

    def _path(self, sha256: str, kind: str) -> Path:
        return self.root / sha256[:2] / sha256 / kind
