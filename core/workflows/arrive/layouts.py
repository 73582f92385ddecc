"""How tools and data sets call images and masks, and the folders they lie in: patterns of names, no files.

`core.workflows.arrive.upload_plan` says what follows from them for an upload.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from core.datasets.matching import stem_of
from core.language.sentence import Sentence

# Not those that people wear, or wafers are exposed through.
_ANY_MASK = r"(?!face|gas|photo|with|(?:no|un)mask)[a-z]*masks?"
_READER = r"(?:expert|reader|rater|observer|annotator|grader)[ _-]?"
# Endings that call a file a mask wherever it lies, if an image has the rest of its name.
_ENDING = (
    rf"cp[_ -]masks?|{_ANY_MASK}(?:image)?|msk|mask(?:e(?:si)?|a|er)|маска|masque|m[aá]scara|maschera|"
    r"segmentations?|segmented|"
    r"segmentierung|segmentaci[oó]n|segmentaç[aã]o|segmentazione|simple segmentation|segm|segmap|d?seg|"
    r"labels?|labell?(?:ed|ing)|label[_ -]?maps?|annotations?|annots?|anno|"
    rf"trimap|(?:ground[_ -]?)?truth|gt|manual(?:[_ -]?1)?|1st(?:ho|_manual|manual)|{_READER}1|"
    r"object predictions|object[ -]identities|"
    r"(?:정답|라벨|분할)?(?:마스크|라벨(?:링)?|레이블|정답)|분할|세그[멘먼]테이션|"
    r"マスク(?:画像)?|ラベル|セグメンテーション|掩膜|掩码|标签|标注|分割"
)
# Endings that do so only for what was given as a mask: images are called like this too.
_WEAK_ENDING = r"lesions?|roi|contours?|nuclei|cells?|lungs?|target|instances?|binary|bw"
_NUMBERED = r"(?P<number>[ _.#(\[{-]?\d+)?"
_UNPARTED = r"마스크|라벨|레이블|정답|マスク|ラベル|掩膜|掩码|标签|标注"
# Before an ending, which may stand in brackets; none is needed behind a number (img001Mask) and in languages
# that write words without a part between them.
_PARTED = rf"(?:[ _.+~=@-]+[(\[]?|[(\[]|(?<=\d)(?=[a-z])|(?<=\w)(?={_UNPARTED}))"
MASK_ENDING = re.compile(rf"{_PARTED}(?P<word>{_ENDING}){_NUMBERED}[)\]}}]?$")
ANY_ENDING = re.compile(rf"{_PARTED}(?P<word>{_ENDING}|{_WEAK_ENDING}){_NUMBERED}[)\]}}]?$")
# Also Fiji's "Mask of a.tif" and Labkit's "segmentation of a.tif".
MASK_PREFIX = re.compile(
    r"^(?:(?:(?:count )?masks?|segmentation)[ _-]of[ _-]|"
    rf"(?:masks?|segmentation|segmented|seg|man_seg|labels?|gt|{_UNPARTED})[ _.-]?)(?=.)|"
    r"^p(?=\d+$)"  # CVC-ColonDB's p1 of 1
)
# A file that is called nothing but this is the mask of an image beside it (KiTS: imaging, segmentation), or
# of one in a folder beside it (the WMH challenge: pre/FLAIR, wmh). Fiji's Weka calls it a classified image.
_NOTHING_ELSE = (
    r"masks?|segmentations?|seg|labels?|ground[_ -]?truth|gt|wmh|마스크|라벨|"
    r"classified[ _-]image|classification[ _-]result"
)
BARE_MASK = re.compile(_NOTHING_ELSE)
ONLY_MASK = re.compile(
    rf"(?!label[ _-]?free)(?:{_NOTHING_ELSE})(?:[ _.-][^\W\d_].*)?|"
    r"masks?[ _.-]?(?P<number>\d+)"
)
# Also the Cell Tracking Challenge's t000, whose mask is man_seg000.
_IMAGE_PREFIX = re.compile(
    r"^(?:images?|img|volume)[ _.-]?(?=.)|^t(?=\d{3,4}$)|"
    r"^(?:im|ct|mri?|scan|slice|case|frame|sample|patient|orig(?:inal)?|raw|input)(?=\d)"  # MONAI's im0
)
_IMAGE_ENDING = re.compile(
    r"[ _.-](?:0000|training|test|img|image|leftimg8bit|orig(?:inal)?|raw|input|t[12]w|pdw|bold)$"
)
# BIDS: subject, other facts, and at last what kind of picture it is, or that it is a mask.
_BIDS = re.compile(r"(?P<of>sub-[^_]+(?:_[a-z]+-[^_]+)*)_[a-z0-9]+")
OTHER_CHANNEL = re.compile(r"_(?!0000)\d{4}$")
SIDE_PRODUCT = re.compile(
    r"[ _.-](superpixels|cp_output|flows|cp_outlines|outlines|(?:object |pixel )?probabilities|probs?|"
    r"uncertainty|overlay|viz|visualization|heatmap|preds?|predict(?:ed|ions?)?)$"
)
OF_LESION = re.compile(r"_lesion$")  # PH2, in one folder or two
LABEL_STUDIO = re.compile(r"task-\d+-annotation-\d+")
SECOND_READER = re.compile(rf"[ _.-](?:manual[_ -]?2|2ndho|2nd_manual|{_READER}[2-9])$")
OBJECTS_OF_CELLPOSE = re.compile(r"[ _-]cp[_ -]masks?$")
# DSB 2018 calls the mask of each nucleus by the hash of something.
HASH_NAME = re.compile(r"[0-9a-f]{40,}")

_MASKS = (
    rf"{_ANY_MASK}|msks?|mask(?:en|eler|ers|i)|маск[аи]|masques|m[aá]scaras|labels?|label[_-]?maps?|annotations?|annots?|annos?|"
    r"ground(?:[ _-]?truths?)?|gts?|segmentations?|segm|segs?|targets?|trimaps?|"
    r"segmentierung(?:en)?|segmentaci[oó]n(?:es)?|segmentazion[ei]|mascher[ae]"
)
_MASK_FOLDER = re.compile(
    rf"(?:.*[ _-])?(?:{_MASKS}|labels(?:tr|va|ts)|manual[ _-]?1?|1st_manual)|"
    r"segmentation(?:class|object)(?:png|aug|raw)?|.*segmentations?[_ -].*|gt(?:[_ -]?\d+|fine|coarse)|"
    r"anns?(?:[_ -]dir)?|(?:train|val|test|default)annots?|semantic|masks_machine|labels?[_ -].{1,3}|"
    r"labeledapproved_full|pixellabeldata(?:_\d+)?|"
    r".*(?:마스크|라벨(?:링)?|레이블|정답)(?:[ _-]?(?:데이터|이미지|영상))?|"
    r".*(?:マスク|ラベル|掩膜|掩码|标签|标注)(?:画像|图像)?"
)
_IMAGE_FOLDER = re.compile(
    r"(?:.*[ _-])?(?:images?(?:tr|va|ts)?|imgs?|ims?|inputs?|photos?|scans?)(?:[ _-].*)?|(?:jpeg|png)images|"
    r"leftimg8bit|.*(?:영상|이미지|원본|원천)(?:[ _-]?데이터)?"
)
# The first or last word of such a folder, whatever else is in it: masks_png, GT_images, masks (1).
_MASK_FOLDER_WORD = re.compile(
    rf"(?:png|gif|tiff?|jpe?g)?(?:{_MASKS})"
    r"(?:\d+|tr|ts|train|val|test|png|col|images?)?"
)
_NO_MASK_FOLDER = re.compile(r"label[ _-]?free|\b(?:with|without)\b")
# Images that are to get masks, or have them beside: images_for_segmentation, images with masks.
_FOR_MASKS = re.compile(r"(?:images?|imgs?|photos?|scans?)[ _-](?:to|for|with|without)[ _-]")
_FOLDER_WORDS = re.compile(r"[ _.()\[\]-]+")
# Images rather than what was made of them, where either may be.
ORIGINALS = re.compile(r"(?:^|/)(?:raw|orig(?:inals?)?|sources?)$", re.IGNORECASE)
# Montgomery: a mask for each lung, in two folders.
SIDE_FOLDER = re.compile(r"(?:left|right)[ _-]?(?:lung)?[ _-]?masks?")
FIRST_READER_FOLDER = re.compile(r"1st_manual|manual[_ -]?1?")
_SECOND_READER_FOLDER = re.compile(r"2nd_manual|manual[_ -]?2")
_FIELD_OF_VIEW = re.compile(r"\d+_(?:training|test)_mask")
_DISTANCES = re.compile(r"distance[ _-]?(?:maps?|transforms?)")
_PREDICTED = re.compile(
    r"(?:model[ _-]?)?(?:preds?|predict(?:ed|ions?))(?:[ _-]?masks?)?|\d+_(?:res|err_seg)"
)
_FOR_PEOPLE = re.compile(r".*visualization|masks_human|overlays?|semantic_rgb")
# Cityscapes: classes, objects and a picture of each image in one folder.
_CITYSCAPES = re.compile(r".*_gt(?:fine|coarse)_(?P<what>color|instanceids)")


# Such a word anywhere behind an image's name: a_liver_mask, a_mask_kim, a_mask (1).
_MASK_WORD = re.compile(rf"[ _.-](?!label[ _-]?free)(?:{_ENDING}){_NUMBERED}(?=$|[ _.-])")
# What Windows and macOS put behind the name of a copy.
_COPY = re.compile(r" \(\d+\)$|(?: -)? (?:copy|kopie|copie|copia|복사본)(?: \d+| \(\d+\))?$")
# What is segmented in Korean, or a tile of a picture, or a cell that divides.
DIVIDED = re.compile(r"(?:분할|分割)[ _.-]?\d+$")
# Where a name may end and a word more begin: IDRiD's a_MA, STARE's a.ah, Drishti's a_ODsegSoftmap.
_WORD_BEHIND = re.compile(r"(?<=.)[ _.-](?=[^\W\d_])")
# BUS-BRA's bus_0001-l, whose mask is mask_0001-l; a segmented_1 by itself is no mask of "1".
_WORD_BEFORE = re.compile(rf"^(?!segmented|{_UNPARTED})[^\W\d_]+[ _.-](?=\d)")
# A slice of a file of many, in a file of its own: `core.datasets.matching.slice_stem`.
SLICE = re.compile(r"_s\d{4}$")


@functools.lru_cache(maxsize=2**15)  # asked for several times of each file of an upload
def stem_key(name: str) -> str:
    """The name without its endings, as names are compared: NFC, case does not matter."""
    return re.sub(r"\.(?:nii|ome)$", "", stem_of(PurePosixPath(name)).casefold())  # a.nii, a.ome.tif


def is_drawn_on(path: str) -> bool:
    """Whether tools that keep outlines draw on such a file: a flat picture that is not called a mask."""
    is_flat = path.casefold().endswith((".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"))
    return is_flat and not MASK_ENDING.search(stem_key(path))


def image_keys(name: str) -> tuple[str, ...]:
    """What masks may call an image: `a_0000.png` is `a_0000` and `a`, `bus_1.png` is `bus_1` and `1`."""
    key = stem_key(name)
    both = (key, _IMAGE_ENDING.sub("", key))
    found = [pattern.sub("", each) for pattern in (_IMAGE_PREFIX, _WORD_BEFORE) for each in both]
    found += [told["of"]] if (told := _BIDS.fullmatch(key)) else []
    return tuple(dict.fromkeys((*both, *found)))


def mask_keys(name: str) -> tuple[str, ...]:
    """What the image of a mask may be called, the likeliest first: of `a_mask.png` `a_mask` or `a`."""
    whole = key = stem_key(name)
    keys = [key, *_of_copy(key)]
    for _ in range(2):  # a_lesion_mask
        keys += _numbered(key, ANY_ENDING.search(key))
        key = ANY_ENDING.sub("", key)
        keys.append(key)
    keys += [MASK_PREFIX.sub("", each) for each in tuple(keys)]
    keys += reversed(_begins(whole))
    return tuple(dict.fromkeys(keys))


def subject_keys(names: Iterable[str]) -> set[str]:
    """What masks in BIDS's folder of derivatives may call images of its other folders; masks are none."""
    told = (key for name in names if _BIDS.fullmatch(key := stem_key(name)) and not MASK_ENDING.search(key))
    return {each for key in told for each in image_keys(key)}


def mask_bases(key: str) -> list[str]:
    """What images are called that a file may be a mask of by its own name's words, the likeliest first."""
    found = MASK_ENDING.search(key)
    exact = [MASK_ENDING.sub("", key)] if found else []
    by_word = [each for each in reversed(_begins(key)) if _MASK_WORD.search(key[len(each) :])]
    return [*_of_copy(key), *_numbered(key, found), *exact, *by_word]


def _numbered(key: str, found: re.Match[str] | None) -> list[str]:
    """What the image is called whose number stands behind the word: case_mask_001 belongs to case_001."""
    if found is None or not found["number"]:
        return []
    number = found["number"]
    parts = (key[: found.start()], number), (key[: found.start("word")], number.lstrip(" _.#([{-"))
    # a1_mask2 is no mask of a12.
    return [before + behind for before, behind in parts if not (before[-1:] + behind[0]).isdecimal()]


def _of_copy(key: str) -> list[str]:
    """What the image is called of which a mask was copied with: a_mask (1) belongs to a (1) first."""
    copy = _COPY.search(key)
    base = MASK_ENDING.sub("", key[: copy.start()]) if copy else ""
    return [base + copy[0]] if copy and base != key[: copy.start()] else []


def _begins(key: str) -> list[str]:
    """What stands before each word of a name but the first."""
    return [key[: each.start()] for each in _WORD_BEHIND.finditer(key)]


def within(key: str) -> list[str]:
    """What images may be called of which another may be the mask: a of a_cells, of "binary of a"."""
    parts = ((key[: each.start()], key[each.end() :]) for each in re.finditer(r"[ _.-]", key))
    behind = (rest for word, rest in parts if not (word.isdecimal() or rest.isdecimal()))
    return [ANY_ENDING.sub("", key), *_begins(key), *behind]


def plain(folder: str) -> str:
    """A folder's name as patterns compare it."""
    return unicodedata.normalize("NFC", folder).casefold()


def is_mask_folder(folder: str) -> bool:
    """Whether a folder (as `plain` gives it) is called like one of masks."""
    if _FOR_MASKS.match(folder):
        return False
    if _MASK_FOLDER.fullmatch(folder):
        return True
    words = [each for each in _FOLDER_WORDS.split(folder) if not re.fullmatch(r"v?\d*", each)]
    by_word = any(_MASK_FOLDER_WORD.fullmatch(each) for each in (*words[:1], *words[-1:]))
    return by_word and not _NO_MASK_FOLDER.search(folder.replace("_", " "))


def is_image_folder(folder: str) -> bool:
    """Whether a folder (as `plain` gives it) is called like one of images."""
    return bool(_IMAGE_FOLDER.fullmatch(folder)) and not is_mask_folder(folder)


def neither(path: str, folder: str, beside: Collection[str], *, first_reader: bool) -> str | None:
    """Why a folder holds neither images nor the masks that are wanted, None where it may.

    Args:
        path: The file in it.
        folder: Its name, as `plain` gives it.
        beside: The folders that lie beside it.
        first_reader: Whether the upload has a folder of the first reader's masks.
    """
    if folder in ("mask", "masks") and (first_reader or _FIELD_OF_VIEW.fullmatch(stem_key(path))):
        return Sentence("the field of view: the masks lie in the folder of the first reader")
    if _SECOND_READER_FOLDER.fullmatch(folder):
        return Sentence("of a second reader; the first one's masks are used")
    of_objects = {"segmentationobject": "SegmentationClass", "instance": "semantic"}.get(folder)
    if of_objects and of_objects.casefold() in beside:
        return Sentence("numbers the objects of {of_objects}, which is used", of_objects=of_objects)
    if _PREDICTED.fullmatch(folder) and any(map(is_mask_folder, set(beside) - {folder})):
        return Sentence("predictions; the masks themselves lie in another folder")
    if _DISTANCES.fullmatch(folder):
        return Sentence("distances from outlines, which are no masks")
    if stem_key(path).startswith("man_track"):
        return Sentence("marks for tracking, which are no outlines; the folder SEG has the masks")
    cityscapes = _CITYSCAPES.fullmatch(stem_key(path))
    if cityscapes and cityscapes["what"] == "instanceids":
        return Sentence("numbers the objects of the classes beside it, which are used")
    if cityscapes or _FOR_PEOPLE.fullmatch(folder):
        return Sentence("a picture of a mask, made for people; the masks themselves lie in another folder")
    return None
