"""Every word of the Segment page; names in braces are filled in with `str.format`."""

from core.language.lookup import looked_up

# Segment: somebody else is on the image
TAKEN = "{who} is on this image. You can look at it; it is free once they go to another one, or 90 seconds after their last sign."

# Segment: another name is given
DRAWN_BEFORE = (
    "What {who} drew on this image and did not save stays with {who}; it is there again under that name."
)

# Segment: upload and samples
WHAT_THIS_IS = "Get good masks out of biomedical images, and make the model better by correcting it."
THE_LOOP = "Upload → look at the predicted mask → slide the threshold → correct it → save → fine-tune → use the better model"
UPLOAD = "Upload images"
UPLOAD_HELP = "Choose files, or drop them into the box: PNG, JPEG, TIFF, BMP, WebP, GIF, PNM, DICOM, NIfTI, stacks and series, or a zip of these. Up to {megabytes} MB an image, 1 GB a zip."
MASKS = "Existing masks (optional)"
MASKS_HELP = (
    "Masks with the same names as the images, or a zip. A zip with images/ and masks/ folders can hold both."
)
MASK_USE = "Use existing masks as"
MASK_USES = {"reference": "reference to compare with", "start": "starting point to correct"}
ATTACH_MASKS = "Attach to the images already here"
READING_FILES = "Reading the files"
READING_MASKS = "Reading the masks ({done} of {total})"
UNDERSTOOD = "How these files are understood"
UNDERSTOOD_LINE = "{images} images, {masks} masks, {rest} not used. Nothing is stored yet."
FOREGROUND_DIFFERS = "Foreground is {how}; all of it counts as one foreground."
UNDERSTOOD_HELP = "Press on a role to change it. The other columns follow."
UNDERSTOOD_MORE = "The table shows the first {count} files; all of them are added."
UNDERSTOOD_COLUMNS = {
    "file": "File",
    "role": "Role",
    "image": "Mask of",
    "values": "Values",
    "note": "Why",
}
ROLE_NAMES = {"image": "Image", "mask": "Mask", "outlines": "Outlines", "left out": "Not used"}
NO_IMAGE_OF_MASK = "no image has its name"
IMAGE_IN_TASK = "an image of this task"
VALUES_FOREGROUND = "foreground is {values}"
VALUES_ABOVE_0 = "foreground is all above 0"
VALUES_NONE = "no foreground"
VALUES_UNDECIDED = "{values} is undecided"
VALUES_UNCLEAR = "unclear: {values}"
WHAT_IS_FOREGROUND = "{count} masks hold the values {values}. Which are foreground?"
WHICH_OUTLINES = "Outlines of {labels}, in {count} files. Which are foreground?"
WHAT_IS_FOREGROUND_HELP = (
    "The answer is kept for this task, for uploads and folders. Masks that tell it themselves need none."
)
READING_ALL = "All above 0"
ALL_OUTLINES = "All of them"
READING_ALL_BUT = "All but {undecided}, which is undecided"
READING_ONLY = "Only {values}"
READING_EMPTY = "None: these masks are empty"
READING_CLASSES = "Each value is a class of its own: {names}"
CLASS_OF_VALUE = "Class {number}"
READING_LEAVE = "Leave these masks out"
KEPT_ANSWER = "Unclear masks of this task, with the values {values}: {answer}."
KEPT_FORGET = "Ask again"
WHICH_CHANNEL = "{count} images have {channels} channels. Which one is read?"
WHICH_CHANNEL_HELP = "It is what is shown, predicted and trained on. The answer is kept for this task, for uploads and folders."
WHICH_UNITS = "{name} looks like a CT, which its file cannot say. What are its values?"
WHICH_UNITS_HELP = "Hounsfield units are windowed before they are shown, predicted and trained on. The answer is kept for this task, for uploads and folders."
CHANNEL = "Channel {number}"
CHANNEL_ALL = "The first three as red, green and blue"
KEPT_UNITS = "Images that look like a CT and cannot say it: {answer}."
KEPT_CHANNEL = "Of images with {channels} channels is read: {answer}."
ADD_FILES = "Add"
MASKS_ADDED = "{count} masks added."
AND_MORE = "and {count} more"
ADDING = "Adding {name} ({done} of {total})"
STOP_ADDING = "Stop adding"
ADDING_STOPPED = "Stopped. What is in stays; add the same files again to go on."
ADDED = "{count} images added."
ALREADY_THERE = "{count} already there."
REFUSED = "{count} could not be used:"
NOTES = "Good to know:"
AND_ALIKE = "{line} (and {count} more)"
FOLDER = "A folder on this machine"
FOLDER_PATH = "Folder"
FOLDER_EXAMPLE = "/home/kim/films"
FOLDER_HELP = (
    "Every image below it is added, in the background; files below a folder named masks are taken as masks."
)
FOLDER_ADD = "Add the folder"
FOLDER_LOOKS = "Looking into some of the files"
FOLDER_ASKS_HELP = "Seen in some of the folder's files; the answer is for all of them. Nothing is stored yet."
FOLDER_RUNS = "{folder} is being added; the side bar says how far it is. It goes on when this page is closed."
FOLDER_DONE = "{folder}: {added} added, {known} already there, {masks} masks, {refused} could not be used."
SAMPLES = "Sample images"
SAMPLES_CHOOSE = "Choose a sample"
SAMPLES_INTRO = "Or try a sample"
NO_SAMPLES = "This task has no samples. Upload your own images to begin."
MORE_IMAGES = "Add images"

# Segment: stacks
STACK_CAPTION = "{count} slices · {name}"
STACK_CORRECTED = "{done} of {total} slices corrected"
SLICE = "Slice"
SLICE_HELP = "Page up and Page down, or Alt and the wheel over the picture, go through the slices."
SLICE_PLACE = "Slice {place} of {total}"
SLICE_AT = " · {distance} from the first"
SLICES_DRAWN = "{drawn} of {total} slices drawn or saved"
COPY_BEFORE = "Copy previous"
COPY_AFTER = "Copy next"
COPY_HELP = "Put the mask of the neighbouring slice in place of this one; undo takes it back."
FILL_BETWEEN = "Fill in between"
FILL_HELP = "Fill the slices between the nearest drawn ones before and after by shape. They become drafts to look at; drawn slices are left alone."
FILLED = "{count} slices between {first} and {last} are filled in as drafts. Look at each and save it."
FILLED_DRAFT = "Filled in between drawn slices, not looked at yet. Correct it, or save it as it is."
DOWNLOAD_STACK = "Download the stack's masks"
DOWNLOAD_STACK_HELP = "{saved} of {total} slices are saved; the others are empty in the file."

# Segment: strip
GROUPS = "Groups"
GROUPS_LINE = "{images} images in {groups} groups"
GROUPS_HELP = (
    "A group is what must not be separated: a patient, a study, one picture twice. Its images are locked or trained "
    "on together."
)
GROUP_ALONE = "{name} is in a group of its own."
GROUP_OF = {
    "single": "{name} belongs with these images.",
    "hand": "{name} was put together with these by hand.",
    "patient": "{name} is of the same patient as these.",
    "study": "{name} is of the same study as these.",
    "volume": "{name} is of the same volume as these.",
    "pattern": "{name} has the same beginning of its name as these.",
    "column": "{name} is of the same group of the table as these.",
    "same_pixels": "{name} has the same pixels as these.",
    "alike": "{name} looks nearly like these.",
}
GROUP_LEAVE = "Take this image out"
GROUP_LEAVE_HELP = "It gets a group of its own, and stays out. What is locked stays locked."
GROUP_JOIN = "Put together with"
GROUP_PATTERN = "Names that belong together"
GROUP_PATTERN_HELP = (
    "A separator such as _ : everything before the first one names the group. Or a regular expression with one "
    "group in brackets, such as ^(P[0-9]+). Empty for none."
)
GROUP_PATTERN_USE = "Use"
GROUP_TABLE = "A table of groups"
GROUP_TABLE_HELP = "A CSV with a column of image names and one that says which belong together, such as the patient. Only these two are kept."
GROUP_COLUMN = "Column of groups"
GROUP_COLUMN_USE = "Use this column"
GROUP_COLUMN_USED = "The column {column} of a table says which images belong together."
GROUPS_LOOK = "Look for images that belong together"
GROUPS_LOOK_HELP = "Also done at the beginning of each fine-tuning."
GROUPS_FOUND = "Looked at {images} images last: {groups} groups."
GROUPS_LOCKED = "Locked since, and no longer trained on: {count}."
NO_SUCH_IMAGE = "This task has no image number {number}; it may have been deleted."
FILTER_NAMES = {
    "all": "All",
    "new": "Not looked at",
    "draft": "Draft",
    "corrected": "Corrected",
    "flagged": "Flagged",
}
MARK_WORDS = {
    "new": "not looked at",
    "draft": "draft",
    "corrected": "corrected",
    "flagged": "flagged by a reviewer",
}
LOCKED_WORD = "locked for comparison"
LOCKED_HELP = "This image is locked: it is never trained on, and new models are compared on it."
STRIP_LABEL = "Images of this task"
PREVIOUS = "Previous"
NEXT = "Next"
POSITION = "{position} of {total}"
POSITION_OF_STACKS = "{position} of {total} ({images} images)"
NOTHING_FURTHER = {
    "next": "This is the last of the images shown.",
    "previous": "This is the first of the images shown.",
    "slice_next": "This is the last slice.",
    "slice_previous": "This is the first slice.",
}

# Segment: right column
MODEL = "Model"
CURRENT_VERSION = "{title} (current)"
SAVE = "Save mask"
SAVE_AND_NEXT = "Save and next"
OF_IMAGE = "{name}: {said}"
SAVED = "kept as revision {number}."
SAVED_LOCKED = (
    "kept as revision {number}. It is now locked: new models are compared on it, never trained on it."
)
NEW_PREDICTION = "There is a newer model ({title}). Your corrections stay as they are."
USE_NEW_PREDICTION = "Use the new prediction"
CHOOSE_DRAFT_FIRST = "First choose in the editor which of the two drafts goes on, then the model."
FOUND_NOTHING = "The model found nothing in this image."
FOUND_NOTHING_HELP = "A lower threshold shows what it is less sure of. Or propose a mask below, or paint one."
FOUND_NOTHING_AT_ANY = "A lower threshold does not help. Propose a mask below, or paint one; if nothing is there, save it as it is."
LOWER_THRESHOLD = "Lower the threshold to {threshold:.2f}"
REVISIONS_NONE = "No revision yet"
REVISION = "Revision {number}"
REVISION_LINE = "Revision {number} by {who}, {when}"
UNSAVED_CHANGES = "changes since then are kept as a draft"

# Segment: labels of tasks with a classifier
LABELS_TITLE = "How likely each label is"
NO_DIAGNOSIS = "A guess, no diagnosis."
ALERT_LINE = "From the tick on ({percent:.0f} %) it counts as {title}."
ASKING = "Working out the labels; the first time loads the model, which takes a few seconds"
LABELS_FAILED = "The labels could not be worked out; the server's log says why."
LOOKED_AT = "What the network looked at"
LOOKED_AT_FOR = "What spoke for"
LOOKED_AT_HELP = "Bright is what spoke for this label, and a white line bounds the strongest part. The orange line is the mask. All dark: nothing spoke for it."
LABEL_NONE = "Not given"
LABEL_BY = "By {who}, {when}"
LABEL_HISTORY = "Labels"
LABEL_LINE = "{label} by {who}, {when}"
LABEL_SHOWN = "the model had said {percent:.0f} %"

# Segment: what is rarely needed
PIXEL_SIZE = "Pixel size"
PIXEL_SIZE_SIDE = "Side of a pixel (µm)"
PIXEL_SIZE_NONE = "Not known"
PIXEL_SIZE_HELP = (
    "This file does not say how large its pixels are. What is given here counts for all images of this task whose "
    "files do not say it: areas are then in µm² or mm², on the page, in measures and where masks are compared."
)
HISTORY = "History"
HISTORY_EMPTY = "Nothing is saved yet. Each save is kept here and can be brought back."
RESTORE = "Restore"
RESTORED = "Revision {old} is back, as revision {number}."
REVISION_FACTS = "Threshold {threshold:.2f}, foreground {foreground:.2f} %, {seconds:.0f} s of work."
REVISION_COUNTS = "This one counts."
REVISION_PART = "Saved in part: only what was painted or framed counts."
REVISION_AGREED = "Agreed mask, made from revisions {numbers}."
DOWNLOAD = "Download"
DOWNLOAD_MASK = "Download mask"
DOWNLOAD_OVERLAY = "Download overlay"
SAVED_MASKS = "Saved masks as"
EXPORT_WHICH = "Which masks"
EXPORT_WHICH_HELP = "Flagged masks are left out."
EXPORT_WHICH_NAMES = {
    "image": "This image",
    "saved": "All {count} saved",
    "approved": "Approved ones",
}
FORMAT_NAMES = {
    "training": "Training folder",
    "png": "PNG",
    "indexed_png": "PNG with a colour table",
    "tiff": "TIFF",
    "nifti": "NIfTI",
    "dicom_seg": "DICOM segmentation",
    "coco": "COCO",
    "yolo": "YOLO polygons",
    "measures": "Measures as CSV",
}
FORMAT_HELP = {
    "training": "Images and masks as train.py reads them. Locked images are the test split.",
    "png": "Black and white, or class numbers where there are several classes. 255 is undecided then.",
    "indexed_png": "Class numbers that viewers show in the colours of the classes, as Pascal VOC has it.",
    "tiff": "Class numbers, with the size of a pixel where the image says it.",
    "nifti": "Class numbers that lie exactly where a DICOM image lies. Other images get a pixel of 1 mm.",
    "coco": "Pictures and one JSON with every part as run lengths, holes kept.",
    "yolo": "Pictures, one text file of polygons each, and data.yaml. Locked images are the test split.",
    "measures": "Area, outline, box, parts, mean grey and Dice to the prediction, a row for each image and class.",
}
DICOM_SEG_WARNING = (
    "For DICOM images alone. The file carries the patient's name, number, sex and date of birth as its image "
    "has them. No other format here does."
)
PREPARE_EXPORT = "Prepare"
EXPORT_NONE = "No mask of this task is saved yet that is not flagged."
EXPORTING = "Packing {done} of {total}"
EXPORTED_SPLITS = "{train} images to train on, {test} to test on, {size}."
EXPORTED = "{count} masks, {size}."
PROMPTS = "Propose a mask"
PROMPTS_HELP = "Draw a box or a few scribbles and let the computer propose a mask."
DELETE = "Delete image"
DELETE_QUESTION = "{name}, its {count} saved masks and its draft will be deleted for good."
DELETE_YES = "Delete for good"
DELETED = "{name} was deleted."

looked_up(__name__)
