"""LAMMPS: network files, and the plugin that evaluates them as `pair_style nn/manybody`."""

from atomzoo.models.formats.lammps.network_file import write_lammps as write_lammps
from atomzoo.models.formats.lammps.plugin import pair_commands as pair_commands
