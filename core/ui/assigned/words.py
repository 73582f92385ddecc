"""Every word on assignments; names in braces are filled in with `str.format`."""

from core.language.lookup import looked_up

MINE = "Mine: {done} of {total}"
MINE_HELP = (
    "Only the images that were given to you, and how many of them are done. Off: all that you may see."
)
NONE_YET = "No image of this task was given to you yet. What is given to you comes here."

GIVE = "Assign"
GIVE_HELP = (
    "Gives the images of this task to persons, in shares. Images of a group stay together, new images go by "
    "the same shares. What somebody has saved stays theirs, and nothing that was drawn is lost."
)
SHARE_OF = "Share of {who} in %"
SHARE_OF_DONE = "Share of {who} in % ({done} of {total} done)"
NOBODY_YET = "Nobody has given a name yet; type who is to work here."
NEW_NAME = "Another person"
SHARE_OUT = "Share the images out"
SHARED_OUT = "The images are shared out."
NONE_LEFT = (
    "No image was left for {who}: saved ones stay with who saved them, and images of a group stay together. "
    "New images go to them first."
)
NOT_HUNDRED = "The shares come to {total} %; they must come to 100 %."
EVERYBODY = "Let everybody work on all"
EVERYBODY_DONE = "The images are everybody's again."
ONE_GROUP = "This image and its group are given to"

looked_up(__name__)
