"""Images with their masks: find them, check them, split them, load them. The door to this folder.

The work is done next door: `matching` (which mask belongs to which image), `loading` (a pair, also a slice of
a volume), `checks` (what is wrong), `groups` and `split` (what must stay together).
"""

from core.datasets.checks import check_dataset
from core.datasets.loading import load_pair
from core.datasets.matching import Pair, find_pairs, list_images

__all__ = ["Pair", "check_dataset", "find_pairs", "list_images", "load_pair"]
