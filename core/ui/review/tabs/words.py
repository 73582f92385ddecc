"""What the tabs beside the queue say."""

from core.language.lookup import looked_up

# Audit
AUDIT_INTRO = (
    "Who saved, judged, put into use, locked or grouped what, and when. Each entry is sealed with the one "
    "before, so that a change made behind the program's back shows."
)
AUDIT_EMPTY = "Nothing has happened in this task yet."
AUDIT_SEAL = "Last seal"
AUDIT_SEAL_HELP = (
    "Note it down somewhere else: with it a later check also sees entries that were cut off at the end. It "
    "stands in each export too."
)
AUDIT_VERIFY = "Check all entries and masks"
AUDIT_VERIFY_HELP = (
    "Reads every entry and every mask of the workspace again. The same from a terminal: python -m "
    "core.review.audit verify WORKSPACE"
)
AUDIT_WHOLE = "All {count} entries and all masks are as they were written."
AUDIT_ALTERED = "Entry {number} is the first that is not as it was written, or before which entries are gone."
AUDIT_MASKS = "{count} masks are not what was saved:"
AUDIT_WHAT = "What"
AUDIT_WHO = "Who"
AUDIT_ALL = "Everything"
AUDIT_EVERYBODY = "Everybody"
AUDIT_PROGRAM = "the program"
AUDIT_WHEN = "When"
AUDIT_DETAILS = "Details"
AUDIT_NUMBER = "Entry"
AUDIT_NEWEST = "The newest {count} entries; all are in the file."
AUDIT_CSV = "Audit as CSV"
AUDIT_JSON = "Audit as JSON lines"
ACTION = {
    "mask_saved": "saved a mask",
    "reviewed": "gave a verdict",
    "version_promoted": "put a model into use",
    "version_rolled_back": "went back to a model",
    "version_kept": "kept a model back",
    "grouped": "put images into a group",
    "group_locked": "locked a group",
    "agreement_undone": "took an agreed mask back",
    "mask_taken_back": "took an accepted prediction back",
    "label_saved": "labelled an image",
    "classes_changed": "changed the classes",
    "image_deleted": "deleted an image",
    "role_set": "gave a role",
    "password_set": "set a password",
    "person_removed": "took a person away",
    "person_renamed": "gave a person another name",
    "gold_made": "made an image gold",
    "gold_withdrawn": "made an image no longer gold",
    "planted_judged": "judged a planted error",
    "readings_shown": "looked at readings that differ, to settle them",
    "review_rules_set": "changed how masks are reviewed",
    "task_renamed": "gave the task another name",
    "task_put_away": "put the task away",
    "task_brought_back": "brought the task back",
    "images_given": "gave images to persons",
}
FACT = {
    "image": "image {value}",
    "images": "images {value}",
    "revision": "mask {value}",
    "verdict": "{value}",
    "reasons": "reasons: {value}",
    "version_id": "model {value}",
    "previous_id": "before it model {value}",
    "group": "group {value}",
    "rank": "rank {value}",
    "locked": "locked: {value}",
    "why": "reason: {value}",
    "person": "person {value}",
    "role": "role: {value}",
    "name": "now called {value}",
    "back_to": "back to mask {value}",
    "label": "label {value}",
    "kind": "{value}",
    "second_person": "a second person approves",
    "approved_only": "trained on approved masks only",
    "second_percent": "read twice: {value} %",
    "differ_below": "readers differ below a Dice of {value}",
    "blind_percent": "without the prediction first: {value} %",
    "gold_percent": "gold images: {value} %",
    "again_percent": "read again: {value} %",
    "planted_percent": "planted errors: {value} %",
}
VERDICT = {"approved": "approved", "flagged": "flagged", "withdrawn": "taken back"}
WHY = {
    "shipped": "came with the program",
    "chosen": "chosen by hand",
    "rolled_back": "rolled back by hand",
    "better": "better on the locked images",
    "class_worse": "a class got worse on the locked images",
    "not_better": "not better on the locked images",
    "no_better_than_none": "no better than no model on the locked images",
    "alerts_missed": "missed what must not be missed",
    "unsure": "the difference may be chance",
    "compared_too_few": "too few locked groups to compare on",
    "compared_nothing": "no locked image to compare on",
    "text": "told by an older version of the program",
}
KIND = {
    "single": "alone",
    "hand": "by hand",
    "patient": "same patient",
    "study": "same study",
    "volume": "same volume",
    "pattern": "same beginning of the name",
    "column": "same group of a table",
    "same_pixels": "same pixels",
    "alike": "look alike",
    "missing": "a part was missing",
    "added": "a part was added",
    "shifted": "it was shifted",
}

# Progress
PROGRESS_INTRO = (
    "How good predictions were before the model learnt from an image: each against the mask that counts "
    "(corrective Dice: 1 is right to the pixel). That tells how good it is on images it has not seen."
)
PROGRESS_EMPTY = (
    "No image has been corrected from a prediction yet. Correct and save some on the Segment page; each "
    "becomes a point here."
)
PROGRESS_NONE_COUNTS = "No saved mask counts yet: flagged ones do not, nor, where the rules ask for it, those that are not approved."
PROGRESS_READING = "Comparing predictions with masks: {done} of {total}"
PROGRESS_DICE = "Corrective Dice"
PROGRESS_ORDER = "Image, in the order in which they were first saved"
PROGRESS_MODEL = "Model"
PROGRESS_CLICK = "Points: one image each; a click opens it. Line: mean of the last ten. Dashed: another model was in use from there on."
PROGRESS_UNCHANGED = "Accepted unchanged"
PROGRESS_UNCHANGED_HELP = "Predictions that were right as they were, with the 95 % interval of the share."
PROGRESS_LAST_DICE = "Dice of the last ten"
PROGRESS_FIRST_DICE_HELP = "Of the first ten it was {dice:.3f}."
PROGRESS_SECONDS = "Seconds an image, last ten"
PROGRESS_SECONDS_HELP = "Median time at the editor; of the first ten it was {seconds:.0f} s."
PROGRESS_GUESS = "Guesses within their interval"
PROGRESS_GUESS_HELP = (
    "Of the images whose Dice was guessed before they were saved; four of five is what the interval "
    "promises. The guess was {error:.3f} off, on average."
)
PROGRESS_NO_GUESS_HELP = "No image had a guess with an interval before it was saved; Predict all makes them."
WORST_FIRST = {
    "better": "Least certain first finds the worst masks here: of the {fifth} worst of {images} predictions, {found} had the lowest guesses; at random it would be {random:.1f}.",
    "chance": "Least certain first is not shown to be better than random here: of the {fifth} worst of {images} predictions, {found} had the lowest guesses; at random it would be {random:.1f}.",
}
PROGRESS_DRAWN = "Masks that were drawn"
PROGRESS_HIDDEN = "without seeing the prediction"
PROGRESS_SEEN = "on the prediction"
PROGRESS_HIDDEN_HELP = (
    "How well predictions agree with each; the difference is how far they draw readers towards themselves."
)
PROGRESS_WAITING = "Below, images that wait for your second reading are left out: {count}."
PROGRESS_TABLE = "As a table"
PROGRESS_CSV = "Progress as CSV"
PROGRESS_NAME = "Image"
PROGRESS_TIME = "Seconds"
PROGRESS_GUESSED = "Guess"
PROGRESS_LOW = "Guess, low"
PROGRESS_HIGH = "Guess, high"
SHARE = "{count} of {total}"
SHARE_INTERVAL = "{low:.0f} to {high:.0f} %"
NONE_YET = "–"

# Agreement
AGREEMENT = "How well readers agree"
AGREEMENT_INTRO = (
    "A part of the images can be read twice, by two people who do not see each other's mask. How well they agree "
    "says what can be asked of a model."
)
AGREEMENT_EMPTY = (
    "No image has been read twice yet. Choose above how many are to be; each one that somebody saves then "
    "waits for a second reader."
)
AGREEMENT_FROM_PREDICTION = (
    "Readers began from the model's prediction, which draws them towards it and towards one another."
)
AGREEMENT_LOST = "{count} images are left out: a mask or the model's file is gone."
AGREEMENT_CLASS = "Class"
AGREEMENT_READING = "Comparing readings: {done} of {total}"
MODEL_TOO_FEW = (
    "Whether the model is as good as people agree needs images of five groups that two people have read and "
    "that it has not learnt from."
)
MODEL_STANDS = {
    "better": "**The model agrees with people better than they do with one another**: Dice {model:.3f} with each reader, and {people:.3f} between readers (difference {difference:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}; {images} images in {groups} groups).",
    "as good": "**The model is as good as people agree**: Dice {model:.3f} with each reader, and {people:.3f} between readers (difference {difference:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}; {images} images in {groups} groups).",
    "worse": "**People agree better with one another than with the model**: Dice {people:.3f} between readers, and {model:.3f} of the model with each (difference {difference:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}; {images} images in {groups} groups).",
    "unsure": "**Whether the model is as good as people agree cannot be told yet**: Dice {model:.3f} with each reader, and {people:.3f} between readers (difference {difference:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}; {images} images in {groups} groups).",
}
AGREEMENT_AGREED = "agreed mask"
AGREEMENT_MODEL = "model in use"
AGREEMENT_PAIR = "{first} and {second}"
AGREEMENT_WHO = "Who"
AGREEMENT_IMAGES = "Images"
AGREEMENT_DICE = "Dice"
AGREEMENT_DICE_INTERVAL = "95 % interval"
AGREEMENT_INTERVAL = "{low:.3f} to {high:.3f}"
AGREEMENT_AGAIN = "own mask of weeks before"
AGREEMENT_SURFACE = {"px": "Surface Dice (2 px)", "mm": "Surface Dice (1 mm)"}
AGREEMENT_HD95 = {"px": "HD95 (px)", "mm": "HD95 (mm)"}
AGREEMENT_AREA = {"px": "Area difference (px)", "mm": "Area difference (mm²)"}
AGREEMENT_LIMITS = "Limits of agreement"
AGREEMENT_AREAS = "{low:+,.0f} to {high:+,.0f}"
AGREEMENT_TABLE_HELP = (
    "Dice: 1 is the same to the pixel. Surface Dice: the part of both outlines within the distance in "
    "brackets of each other: 1 mm where every image's pixels have a known size of 0.01 mm or more, else 2 pixels. HD95: 95 % of the outlines lie within that distance. Area difference: the first one's area minus the second one's. Intervals are over groups of images that belong "
    "together; between the limits of agreement lie 95 % of the area differences."
)
BLAND_ALTMAN = "Areas compared (Bland and Altman)"
BLAND_X = {"px": "Mean of both areas (pixels)", "mm": "Mean of both areas (mm²)"}
BLAND_Y = {"px": "First - second (pixels)", "mm": "First - second (mm²)"}
BLAND_HIGH = "upper limit of agreement"
BLAND_MEAN = "mean difference"
BLAND_LOW = "lower limit of agreement"
BLAND_HELP = (
    "A mean away from 0: one of the two draws larger masks. Points that spread with the area: they differ more "
    "on large ones."
)

# Second readings
SECOND_RULES = "Second readings and checks"
SECOND_RULES_HELP = (
    "A part of the images that somebody saved waits for a second reader, who starts from the prediction and "
    "does not see the first mask. Anybody else can be that reader, so until then the first one alone sees it."
)
SECOND_PERCENT = "Images that are read twice"
SECOND_LIMIT = "Readers differ below a Dice of"
SECOND_LIMIT_HELP = "Below that the image comes to Readers differ; above it the first mask stays as it is."
SECOND_READING = "Second reading"
SECOND_NONE = "No image waits for you to read it a second time."
SECOND_COUNT = (
    "{count} images wait for you to read them a second time. You do not see the masks that are there."
)
SECOND_COUNT_ONE = "1 image waits for you to read it a second time. You do not see the mask that is there."
SECOND_MORE = "The first {shown} are shown; Save and next goes on to the others."
HIDDEN = {
    "mask": "Second reading: this image was read before, by somebody else or by you. You do not see that mask; what you save first stands beside it.",
    "read": "You have read this image: the mask that you saved first stands beside the other one, which is not shown here. What you save now is kept in the history, and not compared.",
    "prediction": "Draw this one without the prediction; it comes back with the next image. So one sees how far predictions draw readers towards themselves.",
}
BLIND_PERCENT = "Images that are drawn without the prediction first"
BLIND_HELP = (
    "Their prediction is hidden until a first mask is saved; Progress then compares them with the others."
)
GOLD_PERCENT = "Gold images that each reader gets"
GOLD_HELP = "Approved images made gold on the queue's large view look to readers like new ones, and their masks are compared with the gold ones; they are never trained on and never counted as work. Readers who get some see all images in an order of their own, drawn at random."
AGAIN_PERCENT = "Images that come back to the same reader"
AGAIN_HELP = (
    "After 28 days they wait as second readings for who drew them, who does not see the mask of before."
)
AGAIN_OWN_NONE = "You have read no image again yet."
PLANTED_PERCENT = "Masks to review that are shown with an error first"
PLANTED_HELP = "A part of the mask shown is missing, added or shifted; whether it was caught is told after the verdict, which counts for nothing, and then the real mask comes."
PLANTED_TITLE = "Planted errors"
PLANTED_NONE = "No mask with a planted error has been judged yet."
PLANTED_OWN_NONE = "You have judged no mask with a planted error yet."
PLANTED_ALL = "{count} of {total} planted errors caught, {low:.0f} to {high:.0f} % (95 % interval by Wilson)."
PLANTED_ALL_KEY = "Caught"
PLANTED_KINDS = {"missing": "Part missing", "added": "Part added", "shifted": "Shifted"}
GOLD_TITLE = "Gold images"
GOLD_NONE = "No image is gold yet. Approved masks are made gold one by one, in the queue's large view."
GOLD_COUNT = "{count} gold images."
GOLD_COUNT_ONE = "1 gold image."
GOLD_UNREAD = "Nobody has read a gold image yet."
GOLD_OWN_NONE = "You have read no gold image yet, or none whose numbers are known."
GOLD_EVERYBODY = "Show all readers"
GOLD_EVERYBODY_HELP = "Readers see their own numbers only."
DIFFER_PLACE = "{place} of {total}: {name}"
DIFFER_PREVIOUS = "Previous difference"
DIFFER_NEXT = "Next difference"
DIFFER_OTHER = "Shown as B"
DIFFER_READER = "{letter}: {who}"
DIFFER_COLOURS = "Blue: only A. Yellow: only B. Pink: both."
DIFFER_COLOURS_OF_CLASSES = "Blue: only A. Yellow: only B. Pink: both. Red: both, but of different classes. The Dice is the mean over classes."
DIFFER_NUMBERS = {
    "px": "Dice {dice:.3f}, surface Dice {surface:.3f} (within 2 pixels), HD95 {hd95} pixels, area of B minus A: {area:+,.0f} pixels.",
    "mm": "Dice {dice:.3f}, surface Dice {surface:.3f} (within 1 mm), HD95 {hd95} mm, area of B minus A: {area:+,.0f} mm².",
}
TAKE_A = "Take A"
TAKE_B = "Take B"
MAJORITY = "Majority"
MAJORITY_HELP = "What most of the readers say, pixel by pixel; of {fewest} readers or more."
DIFFER_EDIT = "Edit the mask"
DIFFER_EDIT_HELP = "Opens it on the Segment page; what you save is the agreed mask."
DIFFER_HAVE_READ = "You have read it blind, and what you save after that does not count. Take a mask first, then edit it on the Segment page."
DIFFER_HIDDEN = "{count} people have read this image and differ: Dice {dice:.3f}. You could read it too, so their masks are hidden from you until you have, or until you settle it."
DIFFER_READ = "Read it yourself"
DIFFER_READ_HELP = "Opens it on the Segment page without their masks; what you save is one more reading."
DIFFER_SHOW = "Show the masks to settle it"
DIFFER_SHOW_HELP = "You are not asked to read it any more; the audit says that you have seen the masks. Once you have settled it, the next image is shown likewise."
SETTLED = "An agreed mask of {name} is saved; it names the readings it was made from."
SETTLED_UNDO = "Take the agreed mask back"

looked_up(__name__)
