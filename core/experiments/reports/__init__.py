"""What an experiment found, as tables, pictures and text."""
