"""The Review page: the queue of masks as a grid and one by one, and what the tabs beside it show."""
