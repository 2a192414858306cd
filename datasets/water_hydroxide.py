"""H3O2-, hydroxide with one water, by PBE0 and by CCSD(T): embedded."""

from atomzoo.datasets.engines import PySCF

CHARGE = -1
BASIS = "aug-cc-pvdz"
METHODS = ("pbe0", "ccsd(t)")


def reference_engine(method):
    """PySCF with the settings of the embedded data: what it labels may be added to them.

    Args:
        method: "pbe0", whose labels have forces, or "ccsd(t)" with frozen cores, of energies alone.

    Returns:
        `PySCF` of `atomzoo.datasets.engines`.

    Raises:
        PySCFError: PySCF is not installed.
        ValueError: another method.
    """
    if method not in METHODS:
        raise ValueError(f"`method` must be one of {METHODS}. Received: method={method!r}")
    coupled = method == "ccsd(t)"
    return PySCF(f"{method}/{BASIS}", CHARGE, frozen_core=coupled, forces=not coupled)
