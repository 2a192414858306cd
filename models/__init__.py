"""Potentials: what is, trains, relaxes, evaluates or exchanges one."""

from atomzoo.models.potential.extrapolation import ExtrapolationWarning as ExtrapolationWarning
from atomzoo.models.potential.extrapolation import find_extrapolations as find_extrapolations
from atomzoo.models.potential.extrapolation import warn_about_extrapolations as warn_about_extrapolations
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential as NeuralNetworkPotential
from atomzoo.models.potential.saving import load_potential as load_potential
from atomzoo.models.potential.saving import save_potential as save_potential
from atomzoo.models.relaxation.calculator import PotentialCalculator as PotentialCalculator
from atomzoo.models.relaxation.relax import RelaxationResult as RelaxationResult
from atomzoo.models.relaxation.relax import relax as relax
from atomzoo.models.training.lbfgs import fit_lbfgs as fit_lbfgs
