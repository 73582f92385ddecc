"""Images that were given to persons: one's own queue, and sharing a task's images out."""
