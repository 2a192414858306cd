"""Files of structures, and how files are written."""
