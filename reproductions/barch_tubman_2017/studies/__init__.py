"""Studies beside the items of Barch and Tubman (2017): how settings were chosen, and what else was measured."""
