"""The parts of the Segment page: adding images, the strip, the editor with its drafts, saving, downloads."""
