"""A network as OpenVINO runs it, without its weights: made by a child process, kept by what it is made of.

The process that predicts imports neither Keras nor TensorFlow, which take seconds and most of a gigabyte.
Only Keras knows how its layers compute, so a child process that has it writes the network down as OpenVINO's
graph. What is kept is the graph alone: each weight in it only says in which data set of the weights file it
lies, and is read from the file that is asked for, every time. So what is kept can never be stale, and a model
that was fine-tuned needs no export of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock
import platformdirs

from core.config import MODELS_DIR, PROJECT_DIR, from_dict
from core.files import write_whole
from core.inference.sizes import NetworkSizes, Purpose
from core.inference.weights_file import WeightsFile

FORMAT = 1
"""Of the files and of how networks are exported: another number makes all of them again."""
SHIPPED_DIR = MODELS_DIR / "exported"
"""Of the networks that come with the program, so that a first mask waits for no child process."""
_CHILD = """
import os, sys
answers = os.fdopen(os.dup(1), "wb")
# Nothing that a library prints may come between.
os.dup2(2, 1)
# Keras takes these along wherever they are installed, which doubles the time of its import.
sys.modules.update(dict.fromkeys({absent}))
from core.inference.{module} import main
with answers:
    sys.exit(main(answers, sys.argv[1:]))
"""
_NOT_COMPUTED_WITH = ("_initializer", "seed", "trainable")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exported:
    """OpenVINO's graph of a network.

    Attributes:
        sizes: What the network takes and gives.
        graph: OpenVINO's XML; empty for a network that OpenVINO cannot run.
        constants: OpenVINO's binary, zeros where weights belong.
        places: (offset in `constants`, bytes, data set of the weights file) of each weight.
    """

    sizes: NetworkSizes
    graph: bytes = b""
    constants: bytes = b""
    places: tuple[tuple[int, int, str], ...] = ()

    def to_bytes(self) -> bytes:
        """As one file."""
        buffer = io.BytesIO()
        parts = {
            "sizes.json": json.dumps(asdict(self.sizes)).encode(),
            "graph.xml": self.graph,
            "constants.bin": self.constants,
            "places.json": json.dumps(self.places).encode(),
        }
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in parts.items():
                # Without the time of day: the same network is the same file.
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Exported:
        """Back from `to_bytes`.

        Raises:
            ValueError: Damaged; the file's own check sums say so.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                sizes = from_dict(NetworkSizes, json.loads(archive.read("sizes.json")))
                graph, constants = archive.read("graph.xml"), archive.read("constants.bin")
                places = tuple((*place,) for place in json.loads(archive.read("places.json")))
        except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, EOFError) as error:
            raise ValueError(f"no exported network ({error})") from None
        return cls(sizes, graph, constants, places)

    def with_weights(self, weights: WeightsFile) -> bytes:
        """OpenVINO's binary with the weights of a file."""
        filled = bytearray(self.constants)
        for offset, size, name in self.places:
            filled[offset : offset + size] = weights.values[name].tobytes()
        return bytes(filled)


def exported_network(
    weights: WeightsFile, image_size: tuple[int, int], purpose: Purpose, otherwise: Callable[[], NetworkSizes]
) -> Exported:
    """The graph of a network: one that was kept, else one that a child process makes now.

    Args:
        image_size: (height, width) of images in the network's own pixels; taken where it says none itself.
        otherwise: Finds out the sizes of a network that could not be exported.

    Raises:
        BadModelError: `otherwise` says that it is no network for the purpose.
    """
    name = f"{_key(weights, image_size, purpose)}.zip"
    kept = _read(SHIPPED_DIR / name) or _read(cache_dir() / name)
    if kept is not None:
        return kept
    with _only_one(cache_dir() / f"{name}.lock"):
        kept = _read(cache_dir() / name)
        if kept is not None:
            return kept
        content = _export_in_child(weights.path, image_size, purpose)
        if content is None:
            # Not kept: the child may have been killed, or short of memory.
            return Exported(otherwise())
        try:
            write_whole(cache_dir() / name, content)
        except OSError as error:
            logger.warning("the exported network is not kept (%s)", error)
        return Exported.from_bytes(content)


def cache_dir() -> Path:
    """Where exported networks are kept: `NETWORK_CACHE_DIR`, else the system's folder for such files."""
    asked = os.environ.get("NETWORK_CACHE_DIR")
    return Path(asked) if asked else Path(platformdirs.user_cache_dir("mask-loop")) / "networks"


def child_program(module: str, *absent: str) -> str:
    """What a child process with Keras runs: `main` of a module here, without libraries Keras can spare.

    It is given where its answers go, which is stdout, and the arguments.

    Args:
        absent: Others that its backend can spare too.
    """
    return _CHILD.format(module=module, absent=["IPython", "matplotlib", "pandas", "sklearn", *absent])


def child_environment(**changes: str) -> dict[str, str]:
    """The environment of a child process that imports Keras."""
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", **changes}


def _key(weights: WeightsFile, image_size: tuple[int, int], purpose: Purpose) -> str:
    """Of everything that the graph depends on: layers, data sets and their shapes, but no weight."""
    shapes = {name: [values.dtype.str, *values.shape] for name, values in weights.values.items()}
    made_of = [FORMAT, purpose, image_size, _computing(weights.config), shapes]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:32]


def _computing(config: Any) -> Any:
    """A network's configuration without what changes nothing once weights are loaded."""
    if isinstance(config, list):
        return [_computing(each) for each in config]
    if isinstance(config, dict):
        return {
            key: _computing(value)
            for key, value in config.items()
            if not key.endswith(_NOT_COMPUTED_WITH) and key not in ("compile_config", "build_config")
        }
    return config


def _read(path: Path) -> Exported | None:
    try:
        return Exported.from_bytes(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logger.warning("%s is made again (%s)", path, error)
        return None


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """One thread of one process at a time; where nothing can be written, without waiting for others."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = filelock.FileLock(path).acquire()
    except OSError as error:
        logger.warning("exported networks cannot be kept (%s)", error)
        yield
        return
    with held:
        yield


def _export_in_child(path: Path, image_size: tuple[int, int], purpose: Purpose) -> bytes | None:
    """What `core.inference.exporting` writes, None where Keras on OpenVINO cannot open or run the network."""
    # Training must not inherit this backend, so it is set for the child alone.
    program = child_program("exporting", "jax")
    arguments = ["-c", program, str(path.resolve()), purpose, *map(str, image_size)]
    code, answer, log = run_child(arguments, KERAS_BACKEND="openvino")
    if code == 0:
        return answer
    logger.warning("%s is not exported for OpenVINO:\n%s", path, log)
    return None


def run_child(arguments: list[str], **changes: str) -> tuple[int, bytes, str]:
    """Exit code, stdout and the end of stderr of a Python process with another environment, once it ended."""
    with tempfile.TemporaryFile() as log:
        child = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT_DIR,
            env=child_environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            check=False,
        )
        log.seek(0)
        return child.returncode, child.stdout, log.read()[-4000:].decode(errors="replace")
