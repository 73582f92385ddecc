"""What an experiment is asked for: settings, flags, data, and what is refused."""
