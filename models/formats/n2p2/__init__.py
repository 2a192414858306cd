"""The files of n2p2 and RuNNer: `input.nn`, `scaling.data`, `weights.*.data` and `input.data`."""

from atomzoo.datasets.io.input_data import read_input_data as read_input_data
from atomzoo.datasets.io.input_data import write_input_data as write_input_data
from atomzoo.models.formats.n2p2.reader import read_functions as read_functions
from atomzoo.models.formats.n2p2.reader import read_n2p2 as read_n2p2
from atomzoo.models.formats.n2p2.writer import write_n2p2 as write_n2p2
