"""Pages to look at: one HTML file each, which opens from disk and asks no network for anything."""
