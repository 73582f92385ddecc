"""Words of the list of classes and of what of an image counts."""

from core.language.lookup import looked_up

CLASSES = "Classes"
CLASSES_HELP = "What can be painted in this task."
ADD_CLASS = "Add class"
NEW_CLASS = "Name of the new class"
NEW_CLASS_EXAMPLE = "Heart"
NAME_OF_FIRST = "Foreground"
CLASS_NAME = "Name of class {number}"
CLASS_COLOUR = "Colour of {name}"
COLOUR_NAMES = ("Orange", "Sky blue", "Bluish green", "Yellow", "Blue", "Vermilion", "Reddish purple")
MOVE_UP = "Move {name} up"
MOVE_DOWN = "Move {name} down"
MORE = "Merge or delete {name}"
MERGE_INTO = "Merge into"
MERGE = "Merge"
MERGE_EFFECT = "{name} in {count} saved masks and {drafts} drafts counts as {into} from now on."
DELETE_CLASS = "Delete class"
DELETE_EFFECT = "{name} in {count} saved masks and {drafts} drafts counts as background from now on."
NOTHING_LOST = "The masks stay as they are on disk, so the class can be brought back."
BRING_BACK = "Bring back {name}"
ADD_EFFECT = (
    "In {count} saved masks a new class counts as background or as another class, until opened and saved "
    "again."
)
UNDO = "Undo: {what}"
ADDED = "{name} added"
RENAMED = "{name} renamed"
RECOLOURED = "colour of {name}"
MOVED = "{name} moved"
MERGED = "{name} merged into {into}"
DELETED = "{name} deleted"
BROUGHT_BACK = "{name} brought back"

WHAT_COUNTS = "What counts"
WHOLE_IMAGE = "Whole image"
ONLY_CHECKED = "Only what I checked"
WHAT_COUNTS_HELP = (
    "Only what I checked: what you painted, or framed with Checked, is learnt from and compared; the hatched "
    "rest is not."
)

looked_up(__name__)
