"""aenet: set-ups, networks, and potentials made of them."""

from atomzoo.models.formats.aenet.exporting import write_aenet as write_aenet
from atomzoo.models.formats.aenet.importing import find_networks as find_networks
from atomzoo.models.formats.aenet.importing import read_aenet as read_aenet
