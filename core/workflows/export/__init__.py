"""What a task holds, given back as files."""
