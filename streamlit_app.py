"""The router: the page list and navigation, nothing else."""

from core.ui import shell

shell.route()
