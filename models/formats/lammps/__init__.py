"""LAMMPS: network files, and the plugin that evaluates them as `pair_style nn/manybody`."""

from atomzoo.models.formats.lammps.importing import read_lammps as read_lammps
from atomzoo.models.formats.lammps.network_file import write_lammps as write_lammps
from atomzoo.models.formats.lammps.network_reader import is_network_file as is_network_file
from atomzoo.models.formats.lammps.plugin import pair_commands as pair_commands
