"""Potentials: what is, trains, relaxes, evaluates or exchanges one."""

from atomzoo.models.potential import NeuralNetworkPotential as NeuralNetworkPotential
