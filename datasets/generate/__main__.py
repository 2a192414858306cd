"""Make the embedded data again, or more of them.

`python -m atomzoo.datasets.generate --help` lists the commands. The modules beside this one, one a data set, say which
of them made the embedded data.
"""

import argparse
import sys

from atomzoo.datasets.generate import dense_hydrogen, gold_clusters, water_hydroxide
from atomzoo.datasets.generate.silicon import command as silicon


def main(arguments=None):
    """Run a command; an error is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m atomzoo.datasets.generate", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for module in (gold_clusters, dense_hydrogen, silicon, water_hydroxide):
        module.add_commands(commands)
    arguments = parser.parse_args(arguments)
    try:
        arguments.function(arguments)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
