"""How a potential is trained."""
