"""Every word of the panel in which a mask is proposed."""

from core.language.lookup import looked_up

TOOL = "Draw"
BOX = "Box"
FOREGROUND = "Foreground"
BACKGROUND = "Background"
MOVE = "Move"
BOX_HINT = "Drag a box close around the object."
FOREGROUND_HINT = "Draw lines on the object."
BACKGROUND_HINT = "Draw lines on what must not be in the mask."
MOVE_HINT = "Drag to move, a corner to scale; the pencil deletes."
LEGEND = "The proposed mask is orange. Undo and redo are above the picture when the pointer is on it."
NOTHING_YET = "No proposal yet."
ONLY_BACKGROUND = "Add a box or a foreground line: background alone does not say where the object is."
FOUND = "Proposed mask: {percent:.2f} % of the image ({pixels} pixels)."
FOUND_NOTHING = "Nothing was found here. Move the box, or draw a foreground line on the object."
SECONDS = "It took {seconds:.1f} s."
FINDER = "Found by"
EDGES = "Colours and edges (GrabCut)"
NETWORK = "The network of Smart click"
FINDER_HELP = (
    "GrabCut is the better one where an object differs clearly from what is around it, as lesions, nuclei "
    "and lungs on CT do; the network where it does not, as lungs on X-rays."
)
NO_NETWORK = "The network cannot be used ({error}) Choose GrabCut instead."
HOW = "When accepted"
ONLY_ADD = "Add to the mask"
REPLACE = "Replace what is in the box"
HOW_HELP = (
    "Add: proposed pixels become foreground, all others stay as they are. "
    "Replace: the rest of the box also becomes background. Undo in the editor takes either back."
)
ACCEPT = "Accept proposal"
CLEAR = "Clear prompts"

looked_up(__name__)
