"""ASE `Atoms` to the arrays that models take."""
