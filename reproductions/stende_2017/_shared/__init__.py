"""What the scripts of Stende (2017) share."""
