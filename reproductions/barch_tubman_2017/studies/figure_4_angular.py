"""Dense hydrogen: errors over epochs with fixed and with trained functions G2 and G5, and the time of an epoch.

As figure 4 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks, UCB/EECS-2017-104
(2017), which could not be made with angular functions: their sums over triplets were too slow to be trained. G5 at
linear cost is not.

* Data, training: as in `figure_4`. Functions: 12 G2 and 24 G5 of `hydrogen.angular_set`. Trained: eta and rs.
* Times: of an epoch on the training structures of this set, by all cores, the three in one process one after the
  other: fixed functions, evaluated before; trained functions at linear cost, with the scaling that follows them;
  trained functions by triplets.

Result (results/figure_4_angular.md; 5 seeds): these 36 functions, fixed, are better than the 24 of figure 4, trained;
but training them, too, gives 2 % higher errors, not lower ones. An epoch of 1000 structures takes 4.9 s at linear cost,
a tenth of that by triplets. Trained and fixed networks are of two days, as in `figure_4`.
"""

import time

import pandas

from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.figure_4_output import figure, long, text
from atomzoo.reproductions.barch_tubman_2017.figure_4 import SET, jobs
from atomzoo.reproductions.report import results_folder, write_results

NAME = "figure_4_angular"
TITLE = "figure 4 with angular functions: dense hydrogen, fixed and trained"


def run(seeds=None, quick=False, output=None):
    """Trains the networks, measures the times, and writes figure_4_angular.csv, .md and .png.

    Args:
        seeds: Number of seeds, 5 by default.
        quick: Whether to show that it runs: two seeds, few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    from atomzoo.reproductions.barch_tubman_2017.studies import epoch_times

    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    runs = hydrogen.trained_networks(jobs("G2+G5", seeds, quick), folder)
    structures, _ = dense_hydrogen.load_data(SET)
    times = epoch_times.table(structures[: hydrogen.QUICK_STRUCTURES] if quick else structures, 1 if quick else 5)
    item = "barch-tubman-2017/figure-4-angular"
    parts = text(item, TITLE, runs, quick, time.time() - start, epoch_times.markdown(times))
    rows = pandas.concat([long(runs), pandas.DataFrame(times)], ignore_index=True)
    write_results(folder, NAME, rows, parts, {"": figure(runs, quick)})
