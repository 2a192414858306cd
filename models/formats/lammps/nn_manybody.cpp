// `pair_style nn/manybody` for LAMMPS: Behler-Parrinello neural-network potentials of atomzoo.
//
//     plugin load nn_manybody.so
//     pair_style nn/manybody
//     pair_coeff * * model.nn Si O
//     compute guard all pair nn/manybody
//
// c_guard[1] is the number of atoms outside the range of the training data. A file with several networks is a
// committee: energies and forces are means of its members, and c_guard[2] is the largest standard deviation of the
// members' forces on an atom (the root of the sum over its three components, eV/A).
//
// `pair_style nn/manybody extrapolation stop N [FILE]` ends the run with an error at the first step in which N atoms or
// more are outside that range, and writes this step to FILE as `write_dump ... custom` does. In any case a warning is
// printed once a run.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "input.h"
#include "lammps.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "pair.h"
#include "update.h"
#include "utils.h"

#include "potential.h"

namespace LAMMPS_NS {

class PairNNManybody : public Pair {
 public:
  explicit PairNNManybody(LAMMPS *lmp) : Pair(lmp) {
    single_enable = 0;
    restartinfo = 0;
    one_coeff = 1;
    manybody_flag = 1;
    centroidstressflag = CENTROID_NOTAVAIL;
    comm_reverse = 3;  // of one member at a time: a hybrid style asks for it before it knows how many there are
    nextra = 2;
    pvector = told;
  }

  ~PairNNManybody() override {
    pvector = nullptr;
    if (!allocated) return;
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }

  // nothing, or: extrapolation warn; extrapolation stop N [FILE]
  void settings(int narg, char **arg) override {
    stop_at = 0;
    frame.clear();
    if (narg == 0 || (narg == 2 && is(arg[0], "extrapolation") && is(arg[1], "warn"))) return;
    if (narg < 3 || narg > 4 || !is(arg[0], "extrapolation") || !is(arg[1], "stop"))
      error->all(FLERR,
                 "pair_style nn/manybody takes no arguments, extrapolation warn, or extrapolation stop N [FILE]");
    stop_at = utils::bnumeric(FLERR, arg[2], false, lmp);
    if (stop_at < 1) error->all(FLERR, "nn/manybody: extrapolation stop N needs N of 1 or more");
    if (narg == 4) frame = arg[3];
  }

  // pair_coeff * * FILE ELEMENT ..., an element or NULL for each atom type
  void coeff(int narg, char **arg) override {
    if (!allocated) allocate();
    if (narg != 3 + atom->ntypes)
      error->all(FLERR, "pair_coeff of nn/manybody takes * *, a network file, and an element for each atom type");
    map_element2type(narg - 3, arg + 3);
    std::ifstream file(arg[2]);
    if (!file) error->all(FLERR, "nn/manybody: cannot open the network file {}", arg[2]);
    try {
      potential = std::make_unique<atomzoo::Potential>(file, arg[2]);
    } catch (const std::exception &problem) {
      error->all(FLERR, "nn/manybody: {}", problem.what());
    }
    near = std::make_unique<atomzoo::Neighborhood>(potential->elements().size());
    n_members = potential->n_members();
    type_element.assign(atom->ntypes + 1, -1);
    for (int type = 1; type <= atom->ntypes; type++)
      if (map[type] >= 0) type_element[type] = element_index(elements[map[type]], arg[2]);
  }

  void init_style() override {
    if (strcmp(update->unit_style, "metal") != 0) error->all(FLERR, "pair_style nn/manybody needs units metal");
    if (!force->newton_pair) error->all(FLERR, "pair_style nn/manybody needs newton pair on");
    neighbor->add_request(this, NeighConst::REQ_FULL);
    has_warned = false;
  }

  double init_one(int i, int j) override {
    if (!setflag[i][j]) error->all(FLERR, "nn/manybody: pair_coeff must name all atom types");
    double cutoff = 0.0;
    for (int element : {type_element[i], type_element[j]})
      if (element >= 0) cutoff = std::max(cutoff, potential->cutoff(element));
    return cutoff;
  }

  void compute(int eflag, int vflag) override {
    ev_init(eflag, vflag);
    n_outside = 0.0;
    first_outside.clear();
    if (is_committee())
      member_forces.assign(n_members, std::vector<double>(3 * size_t(atom->nlocal + atom->nghost), 0.0));
    for (int ii = 0; ii < list->inum; ii++) {
      const int i = list->ilist[ii], element = type_element[atom->type[i]];
      if (element < 0) continue;
      find_neighbors(i, potential->cutoff(element));
      potential->describe(element, *near);
      for (int member = 0; member < n_members; member++) {
        double energy = potential->evaluate(element, *near, member) + potential->energy_shift(element, member);
        energy /= n_members;
        if (eflag_global) eng_vdwl += energy;
        if (eflag_atom) eatom[i] += energy;
        add_forces(i, member);
      }
      if (potential->count_outside(element)) report(i, element);
    }
    if (vflag_fdotr) virial_fdotr_compute();
    told[0] = n_outside;
    if (is_committee()) find_deviation();
    if (stop_at) stop_outside();
  }

  // A member's forces on ghost atoms, added up where these belong.
  int pack_reverse_comm(int n, int first, double *buffer) override {
    std::copy_n(member_forces[sent_member].data() + 3 * size_t(first), 3 * size_t(n), buffer);
    return 3 * n;
  }

  void unpack_reverse_comm(int n, int *list, double *buffer) override {
    for (int k = 0; k < n; k++)
      for (int axis = 0; axis < 3; axis++)
        member_forces[sent_member][3 * size_t(list[k]) + axis] += buffer[3 * k + axis];
  }

 private:
  std::unique_ptr<atomzoo::Potential> potential;
  std::unique_ptr<atomzoo::Neighborhood> near;
  std::vector<int> type_element;  // index of the element in the network file, -1 for NULL
  int n_members = 0;
  std::vector<std::vector<double>> member_forces;  // of a committee, on each atom
  int sent_member = 0;
  double told[2] = {0.0, 0.0};    // to `compute pair`, which adds up those of all processes
  double n_outside = 0.0;         // atoms with a symmetry function outside its range in the training data
  std::string first_outside;      // the first such atom of this process and step, in words
  bool has_warned = false;
  bigint stop_at = 0;             // so many of them end the run; 0 for none
  std::string frame;              // the file to which the step is written then

  bool is_committee() const { return n_members > 1; }

  static bool is(const char *word, const char *expected) { return strcmp(word, expected) == 0; }

  void allocate() {
    const int n = atom->ntypes + 1;
    memory->create(setflag, n, n, "pair:setflag");
    memory->create(cutsq, n, n, "pair:cutsq");
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) setflag[i][j] = 0;
    map = new int[n];
    allocated = 1;
  }

  int element_index(const std::string &symbol, const char *path) {
    const std::vector<std::string> &known = potential->elements();
    for (size_t k = 0; k < known.size(); k++)
      if (known[k] == symbol) return k;
    error->all(FLERR, "nn/manybody: {} has no network of {}", path, symbol);
    return -1;
  }

  void find_neighbors(int i, double cutoff) {
    const double *const *x = atom->x;
    const int *neighbors = list->firstneigh[i];
    near->clear();
    for (int jj = 0; jj < list->numneigh[i]; jj++) {
      const int j = neighbors[jj] & NEIGHMASK;
      const double dx = x[j][0] - x[i][0], dy = x[j][1] - x[i][1], dz = x[j][2] - x[i][2];
      if (dx * dx + dy * dy + dz * dz >= cutoff * cutoff) continue;
      const int element = type_element[atom->type[j]];
      if (element >= 0) near->add(j, element, dx, dy, dz);
    }
    near->arrange();
  }

  void add_forces(int i, int member) {
    double **x = atom->x, **f = atom->f;
    const double share = 1.0 / n_members;
    double total[3] = {0.0, 0.0, 0.0};
    for (size_t place = 0; place < near->atom.size(); place++) {
      const int j = near->atom[place], block = place / atomzoo::LANES, lane = place % atomzoo::LANES;
      if (j < 0) continue;
      const double slopes[3] = {near->fx[block][lane], near->fy[block][lane], near->fz[block][lane]};
      if (is_committee()) add_member_forces(i, j, member, slopes);
      const double g[3] = {share * slopes[0], share * slopes[1], share * slopes[2]};
      for (int axis = 0; axis < 3; axis++) {
        total[axis] += g[axis];
        f[j][axis] -= g[axis];
      }
      if (vflag_either)
        ev_tally_xyz(i, j, atom->nlocal, 1, 0.0, 0.0, g[0], g[1], g[2], x[i][0] - x[j][0], x[i][1] - x[j][1],
                     x[i][2] - x[j][2]);
    }
    for (int axis = 0; axis < 3; axis++) f[i][axis] += total[axis];
  }

  void add_member_forces(int i, int j, int member, const double *slopes) {
    for (int axis = 0; axis < 3; axis++) {
      member_forces[member][3 * size_t(i) + axis] += slopes[axis];
      member_forces[member][3 * size_t(j) + axis] -= slopes[axis];
    }
  }

  // The largest deviation of the members' forces on an atom, told by the first process alone.
  void find_deviation() {
    for (sent_member = 0; sent_member < n_members; sent_member++) comm->reverse_comm(this);
    double largest = 0.0;
    for (int i = 0; i < atom->nlocal; i++) {
      double squares = 0.0;
      for (size_t place = 3 * size_t(i); place < 3 * size_t(i) + 3; place++) {
        double mean = 0.0;
        for (const std::vector<double> &forces : member_forces) mean += forces[place] / n_members;
        for (const std::vector<double> &forces : member_forces)
          squares += (forces[place] - mean) * (forces[place] - mean);
      }
      largest = std::max(largest, squares / (n_members - 1));
    }
    MPI_Allreduce(&largest, &told[1], 1, MPI_DOUBLE, MPI_MAX, world);
    told[1] = comm->me ? 0.0 : std::sqrt(told[1]);
  }

  void report(int i, int element) {
    n_outside += 1.0;
    if (first_outside.empty() && (stop_at || !has_warned))
      first_outside = fmt::format("nn/manybody: step {}, atom {} ({}): {}", update->ntimestep, atom->tag[i],
                                  potential->elements()[element], potential->first_outside(element));
    if (has_warned) return;
    has_warned = true;
    error->warning(FLERR, "{}; `compute ID all pair nn/manybody` counts such atoms", first_outside);
  }

  // Ends the run on all processes, with the words of the first one that has such an atom.
  void stop_outside() {
    double total = 0.0;
    MPI_Allreduce(&n_outside, &total, 1, MPI_DOUBLE, MPI_SUM, world);
    if (total < double(stop_at)) return;
    int mine = n_outside > 0.0 ? comm->me : comm->nprocs, owner = 0;
    MPI_Allreduce(&mine, &owner, 1, MPI_INT, MPI_MIN, world);
    int length = first_outside.size();
    MPI_Bcast(&length, 1, MPI_INT, owner, world);
    first_outside.resize(length);
    MPI_Bcast(&first_outside[0], length, MPI_CHAR, owner, world);
    std::string kept;
    if (!frame.empty()) {
      std::string symbols;
      for (int type = 1; type <= atom->ntypes; type++)
        symbols += map[type] < 0 ? std::string(" X") : fmt::format(" {}", elements[map[type]]);
      const std::string options = fmt::format("element{} sort id format float %.17g", symbols);
      input->one(fmt::format("write_dump all custom \"{}\" id element xu yu zu modify {}", frame, options));
      kept = "; written to " + frame;
    }
    error->all(FLERR, "{}; {} atoms are outside, at which the run was to stop{}", first_outside, bigint(total), kept);
  }
};

}  // namespace LAMMPS_NS

// LAMMPS's lammpsplugin.h, which its binary packages do not hold.
struct Plugin {
  const char *version, *style, *name, *info, *author;
  LAMMPS_NS::Pair *(*create)(LAMMPS_NS::LAMMPS *);
  void *handle;
};

extern "C" void lammpsplugin_init(void *lmp, void *handle, void *register_plugin) {
  Plugin plugin = {};
  plugin.version = static_cast<LAMMPS_NS::LAMMPS *>(lmp)->version;
  plugin.style = "pair";
  plugin.name = "nn/manybody";
  plugin.info = "neural-network potentials of atomzoo";
  plugin.author = "atomzoo";
  plugin.create = [](LAMMPS_NS::LAMMPS *lmp) -> LAMMPS_NS::Pair * { return new LAMMPS_NS::PairNNManybody(lmp); };
  plugin.handle = handle;
  reinterpret_cast<void (*)(Plugin *, void *)>(register_plugin)(&plugin, lmp);
}
