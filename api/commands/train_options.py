"""The options of `atomzoo train`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from atomzoo.commands.model import LARGEST_SEED

Data = Annotated[
    list[Path],
    typer.Argument(
        metavar="DATA...", help="Labelled structures, in any files that ASE reads; FILE@0:10 for some of a file."
    ),
]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="MODEL", help="File of the potential, .keras.")]
Hidden = Annotated[
    list[int] | None,
    typer.Option(
        min=1,
        metavar="N N ...",
        help="Widths of the hidden layers of each element's network.",
        show_default="30 30, or 15 15 for few data",
    ),
]
SymmetryFunctions = Annotated[
    str | None,
    typer.Option(
        metavar="SET",
        help="Name of a preset, a .json file or an aenet .stp file.",
        show_default="chosen from DATA",
    ),
]
Cutoff = Annotated[
    float | None,
    typer.Option(help="Radius of functions that are chosen, A.", show_default="that of 40 neighbors, 6.5 at most"),
]
Forces = Annotated[
    bool | None, typer.Option("--forces/--no-forces", help="Fit forces.", show_default="if DATA has them")
]
Stress = Annotated[bool | None, typer.Option("--stress/--no-stress", help="Fit stress.", show_default="if DATA has it")]
ForceWeight = Annotated[
    float | None,
    typer.Option(help="Weight of forces in the loss: smaller gives better energies.", show_default="0.2"),
]
StressWeight = Annotated[float | None, typer.Option(help="Weight of stress in the loss.", show_default="0.1")]
Core = Annotated[
    bool,
    typer.Option("--core/--no-core", help="Keep atoms apart by a fixed repulsion (ZBL) where no data are."),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Largest number of passes over the training structures, or of iterations of lbfgs.",
        show_default="500, or 1500 iterations",
    ),
]
Time = Annotated[
    str | None, typer.Option(metavar="TIME", help="Time after which training ends, such as 90s, 10m or 2h.")
]
LearningRate = Annotated[
    float | None,
    typer.Option(help="Largest learning rate; it falls to zero (not used by lbfgs).", show_default="0.003"),
]
BatchSize = Annotated[
    int | None, typer.Option(min=1, help="Structures in a batch (not used by lbfgs).", show_default="32")
]
Validation = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="Structures to validate, in place of a part of DATA.")
]
ValidationFraction = Annotated[
    float, typer.Option(help="Part of the structures held out, of each composition and size.")
]
Patience = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Epochs without a smaller validation loss after which training ends.",
        show_default="300 for lbfgs",
    ),
]
Seed = Annotated[
    int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the held-out part, the weights and the shuffling.")
]
Optimizer = Annotated[
    Literal["adam", "rmsprop", "lbfgs"] | None,
    typer.Option(
        help="lbfgs takes all structures at once; rmsprop is Barch and Tubman's.",
        show_default="lbfgs if memory suffices, else adam",
    ),
]
WeightDecay = Annotated[
    float, typer.Option(help="Penalty on squared weights, in squared energy scales (only used by lbfgs).")
]
Dtype = Annotated[
    Literal["float32", "float64"] | None,
    typer.Option(help="Precision.", show_default="float64 for lbfgs, else float32"),
]
EnergyKey = Annotated[str | None, typer.Option(metavar="KEY", help="Key of energies in DATA.")]
ForcesKey = Annotated[str | None, typer.Option(metavar="KEY", help="Key of forces in DATA.")]
StressKey = Annotated[
    str | None, typer.Option(metavar="KEY", help="Key of stresses in DATA; of virials, if it has virial in it.")
]
Reference = Annotated[
    str | None,
    typer.Option(
        metavar="isolated|fit|FILE",
        help="What energies are counted from: the single atoms in DATA or in FILE, or least squares.",
        show_default="single atoms, if there is one of each element",
    ),
]
Start = Annotated[
    Path | None, typer.Option(metavar="MODEL", help="Potential to be trained further, functions and all.")
]
Members = Annotated[
    int,
    typer.Option(min=1, max=1000, help="Potentials of a committee, with other initial weights: MODEL-1, MODEL-2 ..."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with a training of MODEL that was ended before its time.")
]
