"""Image -> mask -> correction -> better model: everything that is not a page."""
