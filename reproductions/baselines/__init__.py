"""Other programs, run or recorded, to stand beside."""
