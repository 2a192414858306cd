"""Artrith and Urban, Comput. Mater. Sci. 114, 135 (2016): aenet, and its potential for TiO2."""
