"""What is done with a potential's forces: relaxation, searches, elasticity, an ASE calculator."""
