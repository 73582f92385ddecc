"""A mask proposed from boxes and scribbles: the surface they are drawn on, and the panel around it."""
