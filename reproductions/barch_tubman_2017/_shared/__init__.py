"""What the scripts of Barch and Tubman (2017) share."""
