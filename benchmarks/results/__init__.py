"""docs/results.md: every claim beside what is measured here, each part written by one command.

`sections` says what is claimed and how it is measured, `measure` runs it, `page` puts the parts together.
"""
