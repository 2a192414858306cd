"""PySCF's Hartree-Fock, density functionals, MP2 and coupled clusters: energy and gradient of a molecule."""

import numpy as np

from atomzoo.datasets.engines.label_error import LabelError

ENERGY_TOLERANCE = 1e-10  # Hartree, from one iteration to the next, of SCF and coupled clusters
AMPLITUDE_TOLERANCE = 1e-7  # norm of the last change of amplitudes
ENERGY_AMPLITUDE_TOLERANCE = 1e-6  # where there are no forces: energies change by less than 1e-6 eV
LEVEL_SHIFT = 0.5  # Hartree, of the second attempt at an SCF


def energy_and_gradient(molecule, method, max_cycle, frozen_core=False, with_gradient=True):
    """Compute the energy and its gradient on one thread.

    Args:
        molecule: `pyscf.gto.Mole`; restricted orbitals if its spin is 0, unrestricted ones otherwise.
        method: "hf", "mp2", "ccsd", "ccsd(t)" or the name of a functional.
        max_cycle: largest number of iterations of each attempt at an SCF, and of the coupled-cluster equations.
        frozen_core: whether electrons of inner shells are not correlated.
        with_gradient: whether the gradient is wanted.

    Returns:
        Energy (Hartree) and gradient (n, 3) (Hartree/Bohr) or None.

    Raises:
        LabelError: the iterations do not converge, or the result is not finite.
    """
    import pyscf.lib

    with pyscf.lib.with_omp_threads(1), np.errstate(all="ignore"):  # what is not finite is found below
        try:
            field = _mean_field(molecule, method, max_cycle)
            energy, gradient = _correlated(field, method, max_cycle, frozen_core, with_gradient)
        except np.linalg.LinAlgError as error:
            raise LabelError(f"PySCF gave no energy. Received: {error}") from None
    if not (np.isfinite(energy) and (gradient is None or np.isfinite(gradient).all())):
        raise LabelError(f"PySCF's energy or gradient is not finite. Received: an energy of {energy} Hartree")
    return float(energy), gradient


def is_functional(name):
    """Return whether PySCF knows a density functional of this name."""
    from pyscf.dft import libxc

    try:
        return bool(name) and bool(libxc.parse_xc(name))
    except (KeyError, ValueError, IndexError):
        return False


WAVE_FUNCTIONS = ("hf", "mp2", "ccsd", "ccsd(t)")


def _mean_field(molecule, method, max_cycle):
    """The converged SCF."""
    from pyscf import dft, scf

    if method in WAVE_FUNCTIONS:
        field = scf.UHF(molecule) if molecule.spin else scf.RHF(molecule)
    else:
        field = dft.UKS(molecule, xc=method) if molecule.spin else dft.RKS(molecule, xc=method)
    field.conv_tol, field.max_cycle = ENERGY_TOLERANCE, max_cycle
    if field.chkfile:  # a temporary file, which an error would leave open
        field._chkfile.close()
        field.chkfile = None
    for attempt in (_plain, _level_shifted, _second_order):
        field = attempt(field)
        if field.converged:
            return field
    raise LabelError(f"PySCF's SCF does not converge. Received: an energy of {field.e_tot} Hartree after all attempts")


def _plain(field):
    return field.run()


def _level_shifted(field):
    """From the last density, with the empty orbitals raised, which damps; the solution is one of the plain SCF."""
    shifted = field.copy().set(level_shift=LEVEL_SHIFT)
    shifted.kernel(dm0=field.make_rdm1())
    return shifted.set(level_shift=0)


def _second_order(field):
    """Newton's method, from the last orbitals."""
    newton = field.newton()
    newton.kernel(field.mo_coeff, field.mo_occ)
    plain = newton.undo_soscf()
    plain.converged = newton.converged
    return plain


def _correlated(field, method, max_cycle, frozen_core, with_gradient):
    """Energy and gradient, or None, with correlation if the method has it, from a converged SCF."""
    from pyscf import cc, mp

    if method in ("ccsd", "ccsd(t)") and _has_pairs(field):
        solver = cc.CCSD(field, frozen=_frozen(field.mol, frozen_core))
        return _coupled_clusters(solver, method, max_cycle, with_gradient)
    if method == "mp2" and _has_pairs(field):
        field = mp.MP2(field, frozen=_frozen(field.mol, frozen_core)).run()
    if not with_gradient:
        return field.e_tot, None
    gradients = field.nuc_grad_method()
    gradients.grid_response = True  # of functionals: without it forces are off by up to 0.02 eV/A
    return field.e_tot, gradients.kernel()


def _has_pairs(field):
    """Whether there are two electrons and an empty orbital; otherwise nothing correlates, and PySCF fails."""
    occupied = np.reshape(field.mo_occ, (-1, np.shape(field.mo_occ)[-1]))
    return occupied.sum() > 1 and (occupied == 0).any()


def _frozen(molecule, frozen_core):
    """The number of orbitals of inner shells, or None."""
    from pyscf.data.elements import chemcore

    return (chemcore(molecule) or None) if frozen_core else None


def _coupled_clusters(solver, method, max_cycle, with_gradient):
    solver.conv_tol, solver.max_cycle = ENERGY_TOLERANCE, max_cycle
    solver.conv_tol_normt = AMPLITUDE_TOLERANCE if with_gradient else ENERGY_AMPLITUDE_TOLERANCE
    integrals = solver.ao2mo()
    solver.kernel(eris=integrals)
    _check(solver.converged, method, solver.e_tot)
    if not with_gradient:
        return solver.e_tot + (solver.ccsd_t(eris=integrals) if method == "ccsd(t)" else 0.0), None
    if method == "ccsd":
        solver.solve_lambda(eris=integrals)
        _check(solver.converged_lambda, method, solver.e_tot)
        return solver.e_tot, solver.nuc_grad_method().kernel(eris=integrals)
    energy = solver.e_tot + solver.ccsd_t(eris=integrals)
    return energy, _triples_gradient(solver, integrals, energy)


def _triples_gradient(solver, integrals, energy):
    from pyscf.cc import ccsd_t_lambda_slow, uccsd_t_lambda
    from pyscf.grad import ccsd_t

    lambdas = uccsd_t_lambda if solver.mol.spin else ccsd_t_lambda_slow
    options = {"max_cycle": solver.max_cycle, "tol": AMPLITUDE_TOLERANCE, "verbose": 0}
    converged, *amplitudes = lambdas.kernel(solver, integrals, solver.t1, solver.t2, **options)
    _check(converged, "ccsd(t)", energy)
    amplitudes = (solver.t1, solver.t2, *amplitudes)
    if solver.mol.spin:
        return _unrestricted_triples_gradient(solver, amplitudes, integrals)
    return ccsd_t.Gradients(solver).kernel(*amplitudes, eris=integrals)


def _unrestricted_triples_gradient(solver, amplitudes, integrals):
    """As `pyscf.grad.uccsd_t`, which up to PySCF 2.14 counts one block of the density twice (pyscf issue 3305)."""
    from pyscf.cc import uccsd_t_rdm
    from pyscf.grad import uccsd

    one = uccsd_t_rdm._gamma1_intermediates(solver, *amplitudes, integrals, for_grad=True)
    two = list(uccsd_t_rdm._gamma2_intermediates(solver, *amplitudes, integrals))
    two[1] = tuple(None if block is None else _packed(block) for block in two[1])
    gradients = uccsd.Gradients(solver)
    return gradients.grad_elec(*amplitudes, eris=integrals, d1=one, d2=tuple(two), verbose=0) + gradients.grad_nuc()


def _packed(block):
    """The lower triangles of both pairs of virtual orbitals, as the gradient takes them."""
    block = (block + block.transpose(1, 0, 2, 3)) / 2
    (a, b), (c, d) = np.tril_indices(block.shape[0]), np.tril_indices(block.shape[2])
    return block[a, b][:, c, d]


def _check(converged, method, energy):
    if not converged:
        raise LabelError(f"PySCF's {method} does not converge. Received: an energy of {energy} Hartree")
