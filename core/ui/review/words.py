"""Every word of the Review page; names in braces are filled in with `str.format`."""

from core.language.lookup import looked_up

TABS = {"queue": "Queue", "agreement": "Agreement", "progress": "Progress", "audit": "Audit"}

# Above the queue
FILTER_NAMES = {
    "open": "To review",
    "approved": "Approved",
    "flagged": "Flagged",
    "second": "Second reading",
    "differ": "Readers differ",
}
ORDER = "Order"
ORDER_NAMES = {
    "unsure": "Least certain first",
    "newest": "Newest first",
    "uploaded": "As uploaded",
    "random": "Random",
}
WHOSE = "Whose"
ANYBODY = "Anybody's masks"
OF_MODEL = "Predictions"
OF_PERSON = "By {who}"
GRID = "Grid"
ONE_BY_ONE = "One by one"
VIEW_HELP = "Many at a glance, or one large; V switches."
PREVIOUS = "Previous"
NEXT = "Next"
SAVED_ALONE = (
    "Saved masks alone stand here; what a model has proposed follows when you have drawn more of this task."
)
WAIT_APART = "{count} images wait for you under Second reading; their masks are shown to you when you have saved yours."
WAIT_APART_ONE = (
    "1 image waits for you under Second reading; its mask is shown to you when you have saved yours."
)
UNDRAWN = (
    "Images that are to be drawn without their prediction come here when a mask of them is saved: {count}."
)
WAITS_APART_THIS = "The image you asked for waits for your second reading."
RULES = "Rules"
SECOND_PERSON = "A second person approves"
SECOND_PERSON_HELP = "Nobody approves a mask that they saved themselves, nor a label that they alone gave."
APPROVED_ONLY = "Train on approved masks only"
APPROVED_ONLY_HELP = "Fine-tuning, comparison, export and experiments then use approved masks alone. Flagged ones are never used."
RULES_HELP = "They hold for this task, from now on."
ORDER_HELP = "Least certain first finds wrong masks sooner. Models learnt no more from it than from images at random, on the two sets that were tried."

# Empty queues
NOTHING = {
    "open": "Nothing to review. What is saved or predicted next comes here.",
    "approved": "Nothing is approved yet.",
    "flagged": "Nothing is flagged.",
}
SECOND_OFF = "No second readings are asked for. The Agreement tab sets how many images are read twice."
NONE_DIFFER = "No readers differ."
NOTHING_YET = (
    "This task has no images yet. Add some on the Segment page; their masks come here to be reviewed."
)
NOTHING_HERE = "This was the last one of {count}."
FROM_THE_START = "Back to the first"
LOST = "{name} cannot be shown: {problem}"

NO_TILE = "Something went wrong; the server's log says more."

# Why an image stands where it stands
UNSURE = "Expected Dice {guess:.2f}, outline {unsure:.0f} % unsure"
EXPECTED = "Its prediction has a Dice of perhaps {guess:.2f}."
EXPECTED_BETWEEN = "Its prediction has a Dice of perhaps {guess:.2f} ({low:.2f} to {high:.2f})."
EMPTY = "Empty mask"
UNSAVED = "Prediction; another mask is not saved yet"
NO_GUESS = "No guess of its quality yet"
SAVED_BY = "Saved by {who}, {when}"
RESTORED_BY = "Restored by {who}, {when}"
CAME_IN = "Predicted; came in {when}"
PLACE = "Image {place}"
RANDOM_PLACE = "Drawn at random (seed {seed})"
WITH_REVISION = "revision {number} by {who}"
PREDICTED = "predicted"

# Verdicts
APPROVED_BY = "Approved by {who}"
FLAGGED_BY = "Flagged by {who}"
WITHDRAWN_BY = "Taken back by {who}"
ACCEPTED = "accepted unchanged"
BEFORE = {
    "approved": "Approved before by {who}, changed since",
    "flagged": "Flagged before by {who}, changed since",
}
CHANGED_BY = "Another mask than before, by {who}; look again"
CHANGED_PREDICTION = "Another prediction than before; look again"
REASONS = {
    "outline_off": "outline off",
    "part_missing": "part missing",
    "part_too_much": "part too much",
    "wrong_class": "wrong class",
    "bad_picture": "bad picture",
    "unsure": "unsure",
    "wrong_label": "wrong label",
}
HISTORY = "Verdicts"

# The grid
GRID_LABEL = "Masks to review"
APPROVE_OTHERS = "Approve the others"
MARKED = "Wrong"
GRID_KEYS = (
    "Click or Space marks what is wrong, 1 to {last} say why, Enter approves the others that were in sight"
)
LOOK_KEYS = "Click opens an image"

# One by one
APPROVE = "Approve"
FLAG = "Flag"
REVIEWERS_JUDGE = "You can look; masks are approved and flagged by reviewers."
EDIT = "Edit"
EDIT_HELP = "Open it on the Segment page; a link leads back."
REASONS_LABEL = "What is wrong (optional)"
COMMENT = "Comment"
COMMENT_EXAMPLE = "Left base is cut off"
MAKE_GOLD = "Make gold"
MAKE_GOLD_HELP = (
    "Readers get this image among their own as if nobody had saved it, and their masks are compared with this "
    "one. It is never trained on from now on."
)
NOT_GOLD = "No longer gold"
IS_GOLD = "Gold: readers are compared with this image, and do not know it."
TAKE_BACK = "Take back my verdict"
BACK_TO_REVIEW = "Back to the review"
PREDICTION_ALONE = "The prediction of {title}; to approve it saves it unchanged."
REVISION_FACTS = "Revision {number}, foreground {foreground:.2f} %."
AGREES = "Dice {dice:.3f} with the prediction of that time."
UNCHANGED = "Saved as the model had proposed it."
LABEL_WITH = "Label: {label}, by {who}."
LABEL_HELP = "A verdict is on the mask and on its label."

# What was done
DID_APPROVE = "Approved {count}."
DID_FLAG = "Flagged {count}."
DID_ACCEPT = "Saved {count} unchanged."
DID_BOTH = "Approved {approved}, flagged {flagged}."
UNDO = "Undo"
UNDONE = "Taken back: {count}."
NOT_TAKEN = {
    "gone": "Not here any more; it was deleted meanwhile.",
    "changed": "Not judged: {who} saved another mask meanwhile. Look at this one.",
    "labelled": "Not judged: {who} changed the label meanwhile. Look at this one.",
    "judged": "Not judged again: {who} was faster. Look at what was said.",
    "own": "Not approved: you saved this mask, and this task asks for a second person.",
    "own_label": "Not approved: you gave this label, and this task asks for a second person.",
    "unknown": "Not judged: it was shown to somebody else. Look at it again.",
    "second": "Saved unchanged; this task asks for a second person to approve it.",
}
NOT_TAKEN_TOLD = "Not taken as said: {count}. Their tiles say why."
PLANTED_KIND = {
    "missing": "a part was missing",
    "added": "a part was added",
    "shifted": "it was shifted",
}
PLANTED_CAUGHT = "Caught: {what}, on purpose. This is the real mask; nothing was said of it yet."
PLANTED_MISSED = "Not caught: {what}, on purpose. This is the real mask; nothing was said of it yet."
PLANTED_TOLD = "Errors on purpose: {caught} of {total} caught. Their tiles say more."
AND_MORE = "And {count} more."
NOT_AN_IMAGE = "an image"

# On the Segment and Fine-tune pages
YOURS_FLAGGED_ONE = "1 of your masks was flagged."
YOURS_FLAGGED = "{count} of your masks were flagged."
LOOK_AT_FLAGGED = "Look at them"
REVIEWED = "{approved} approved, {flagged} flagged, {open} not reviewed."
TRAINS_SAVED = "Flagged ones are left out."
TRAINS_APPROVED = "Only approved ones are used, as the rules of the review ask."

# The large picture
LOOK = {
    "label": "Mask to review",
    "outline": "Outline",
    "hide": "Hide",
    "prediction": "Prediction",
    "difference": "Difference",
    "fit": "Fit",
    "actual": "1:1",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "opacity": "Mask opacity",
    "both": "both",
    "mask_only": "mask only",
    "prediction_only": "prediction only",
    "loading": "Loading image…",
    "broken": "This image could not be shown. Reload the page.",
    "keys": "{ } mask opacity",
}

# Predict all
PREDICT_ALL = "Predict all"
PREDICT_ALL_HELP = (
    "Predicts every image of the task in the background and guesses how good each mask is, so that the least "
    "certain can come first. It may be stopped and goes on where it was."
)
PREDICT_ALL_LEFT = "{count} images have no guess of their quality yet."
PREDICT_ALL_LEFT_ONE = "1 image has no guess of its quality yet."
PREDICT_ALL_DONE = "Every image has a guess of its quality; pressing it again uses the masks saved since."
PREDICT_ALL_STARTED = "Predicting all images; the side bar says how far it is."

looked_up(__name__)
