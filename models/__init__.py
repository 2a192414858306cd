"""Potentials: what is, trains, relaxes, evaluates or exchanges one."""

from atomzoo.models.calculator import PotentialCalculator as PotentialCalculator
from atomzoo.models.extrapolation import ExtrapolationWarning as ExtrapolationWarning
from atomzoo.models.extrapolation import find_extrapolations as find_extrapolations
from atomzoo.models.extrapolation import warn_about_extrapolations as warn_about_extrapolations
from atomzoo.models.lbfgs import fit_lbfgs as fit_lbfgs
from atomzoo.models.potential import NeuralNetworkPotential as NeuralNetworkPotential
from atomzoo.models.relaxation import RelaxationResult as RelaxationResult
from atomzoo.models.relaxation import relax as relax
from atomzoo.models.saving import load_potential as load_potential
from atomzoo.models.saving import save_potential as save_potential
