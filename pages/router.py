"""The router: the page list and navigation, nothing else. Runs before every page."""

from core.ui import shell

shell.route()
