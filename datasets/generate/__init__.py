"""How the embedded data were made, and are made again."""
