"""Speed and scaling. Not installed: run from the root of the repository."""
