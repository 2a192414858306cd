"""The command line, `atomzoo`: one command a file in `atomzoo.commands`."""

import shlex
import sys
import warnings

import typer

from atomzoo.commands.baseline import baseline
from atomzoo.commands.convert import convert
from atomzoo.commands.descriptors import descriptors
from atomzoo.commands.list import list_all
from atomzoo.commands.predict import predict
from atomzoo.commands.refine import refine
from atomzoo.commands.relax import relax
from atomzoo.commands.reproduce import reproduce
from atomzoo.commands.train import ManyNumbersCommand, train
from atomzoo.commands.tune import tune
from atomzoo.commands.validate import validate
from atomzoo.console import INTERRUPTED, prepare_streams
from atomzoo.version import __version__

app = typer.Typer(
    help="Trains, relaxes and simulates Behler-Parrinello potentials, and reproduces the papers.",
    no_args_is_help=True,
    rich_markup_mode="markdown",  # paragraphs are wrapped to the terminal, whatever the lines of the docstring
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("list")(list_all)
app.command()(reproduce)
app.command(cls=ManyNumbersCommand)(train)
app.command()(tune)
app.command()(predict)
app.command()(validate)
app.command()(relax)
app.command(cls=ManyNumbersCommand)(refine)
app.command()(descriptors)
app.command()(convert)
app.add_typer(baseline, name="baseline")


def _print_version(wanted: bool):
    if wanted:
        print(f"atomzoo {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
):
    """Trains, relaxes and simulates Behler-Parrinello potentials, and reproduces the papers.

    Exit codes: 0 success; 1 an input, model or output cannot be used (one line says why); 2 the command line is wrong;
    3 a relaxation or refinement did not converge; 130 interrupted.
    """


def main(arguments=None):
    """Runs the command line and ends in `SystemExit` with its exit code.

    Args:
        arguments: list of str; those of the process by default.
    """
    warnings.showwarning = _show_warning
    prepare_streams()
    try:
        typed = sys.argv[1:] if arguments is None else arguments
        app(arguments, prog_name="atomzoo", obj=shlex.join(["atomzoo", *typed]))  # which pages show
    except (ValueError, OSError) as error:  # what the library raises for bad input; anything else is a bug
        print(f"atomzoo: error: {_one_line(error)}", file=sys.stderr)
        raise SystemExit(1) from None
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        print(f"atomzoo: error: The memory does not suffice: {_one_line(error)[:300]}", file=sys.stderr)
        raise SystemExit(1) from None
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            print("atomzoo: interrupted", file=sys.stderr)
        raise


def _is_out_of_memory(error):
    """Python's and NumPy's errors, and TensorFlow's, which is known by its name: it is not imported here."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def _show_warning(message, category, filename, lineno, file=None, line=None):
    print(f"atomzoo: warning: {_one_line(message)}", file=sys.stderr)


def _one_line(message):
    return " ".join(str(message).split())
