"""Studies beside the items of Stende (2017)."""
