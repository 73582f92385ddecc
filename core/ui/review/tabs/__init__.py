"""The tabs of the Review page beside the queue: agreement, progress, audit; each has one function `show`."""
