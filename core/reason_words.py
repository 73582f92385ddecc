"""What is said for each code of a reason; names in braces are its facts."""

from __future__ import annotations

from core.language.lookup import looked_up

_COMPARED = "Mean {score} on {images} locked images in {groups} groups: {new:.4f}, and {against}"
AGAINST = {True: "{old:.4f} for the version in use then", False: "no version was in use"}
WORSE = "Images that got worse: {worse}."
SENTENCES = {
    "died": "The process ended without a word; it may have been killed or have run out of memory.",
    "never_started": "The process never started; start it again.",
    "no_process": "No process could be started for it ({cause}); start it again.",
    "lost": "The machine that did it ({worker}) has not been heard of any more; start it again.",
    "no_memory": "It ran out of memory; try smaller or fewer images, or close other programs.",
    "no_room": "The disk is full; free some space and start it again.",
    "crashed": "{error}: {message}",
    "stopped": "Stopped by the person.",
    "stopped_before": "Stopped before it began.",
    "shipped": "The model that comes with the program is used first.",
    "chosen": "Chosen by hand.",
    "rolled_back": "Rolled back by hand.",
    "better": f"{_COMPARED}; better beyond chance, by at least {{low:.4f}}. {{lost}}",
    "class_worse": f"{_COMPARED}; but {{class}} goes from {{class_old:.4f}} to {{class_new:.4f}}, and none "
    f"may lose more than {{most:g}}, so you decide. {{lost}}",
    "not_better": f"{_COMPARED}, so that one stays. {{lost}}",
    "no_better_than_none": f"{_COMPARED}; that is no better than none, so it is not put into use.",
    "alerts_missed": f"{_COMPARED}; but {{alert}} is found in {{found_new}} of {{alerts}}, and in "
    "{found_old} before, so that one stays.",
    "unsure": f"{_COMPARED}; that may be chance (the gain is surely above {{low:+.4f}} only, and "
    f"{{least:g}} is asked for), so you decide. {{lost}}",
    "compared_too_few": f"{_COMPARED}; fewer than {{fewest}} groups do not decide, so you do. {{lost}}",
    "compared_nothing": "There is no locked image yet to compare on, so you decide.",
}

looked_up(__name__)
