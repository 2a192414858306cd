// The C interface of a potential, for callers without C++.
#include <cstdint>
#include <cstring>
#include <sstream>

#include "potential.h"

namespace {

struct Evaluator {
  atomzoo::Potential potential;
  atomzoo::Neighborhood near;

  explicit Evaluator(std::istream &text) : potential(text, "the potential"), near(potential.elements().size()) {}

  // What the neighbors of atom i, whose energy has been evaluated, add to forces and virial.
  void add_forces(int i, double *forces, double *virial) const {
    for (int block = 0; block < near.n_blocks; block++) {
      const atomzoo::Vec slopes[3] = {near.fx[block], near.fy[block], near.fz[block]}, r = near.r[block];
      const atomzoo::Vec displacements[3] = {r * near.x[block], r * near.y[block], r * near.z[block]};
      for (int a = 0; a < 3; a++) {
        forces[3 * i + a] += atomzoo::sum(slopes[a]);
        for (int b = 0; b < 3; b++) virial[3 * a + b] += atomzoo::sum(displacements[a] * slopes[b]);
      }
      const int *neighbors = &near.atom[block * atomzoo::LANES];
      for (int lane = 0; lane < atomzoo::LANES && neighbors[lane] >= 0; lane++)
        for (int a = 0; a < 3; a++) forces[3 * neighbors[lane] + a] -= slopes[a][lane];
    }
  }
};

}  // namespace

extern "C" {

// A potential from its text, to be given to atomzoo_delete; or null, and the reason in `problem`.
void *atomzoo_new(const char *text, char *problem, int size) {
  try {
    std::istringstream stream(text);
    return new Evaluator(stream);
  } catch (const std::exception &error) {
    std::strncpy(problem, error.what(), size - 1);
    return nullptr;
  }
}

void atomzoo_delete(void *evaluator) { delete static_cast<Evaluator *>(evaluator); }

// Evaluates one structure; lengths in A, energies in eV.
//
// The neighbors of atom i are second[starts[i]] to second[starts[i + 1] - 1], at positions[second] + shift; those beyond
// the cutoff are passed over. The results, which must be 0 before, are the virial (3, 3), the sum of D outer dE/dD; the
// energies (n), counted from the elements' shifts; the forces (n, 3); and the features (n, n_features), of which those
// are set that an element's network takes.
// Returns how many of these are outside their range in the training data, or -1 if the memory does not suffice.
int64_t atomzoo_evaluate(void *evaluator, int n_atoms, const double *positions, const int *species,
                         const int64_t *starts, const int *second, const double *shifts, int n_features,
                         double *results) try {
  double *virial = results, *energies = virial + 9, *forces = energies + n_atoms, *features = forces + 3L * n_atoms;
  Evaluator &self = *static_cast<Evaluator *>(evaluator);
  atomzoo::Potential &potential = self.potential;
  atomzoo::Neighborhood &near = self.near;
  int64_t n_outside = 0;
  for (int i = 0; i < n_atoms; i++) {
    const double cutoff = potential.cutoff(species[i]);
    const double *here = positions + 3 * i;
    near.clear();
    for (int64_t pair = starts[i]; pair < starts[i + 1]; pair++) {
      const double *there = positions + 3 * second[pair], *shift = shifts + 3 * pair;
      const double x = there[0] + shift[0] - here[0], y = there[1] + shift[1] - here[1];
      const double z = there[2] + shift[2] - here[2];
      if (x * x + y * y + z * z < cutoff * cutoff) near.add(second[pair], species[second[pair]], x, y, z);
    }
    near.arrange();
    potential.describe(species[i], near);
    energies[i] = potential.evaluate(species[i], near);
    n_outside += potential.count_outside(species[i]);
    potential.copy_features(species[i], features + int64_t(n_features) * i);
    self.add_forces(i, forces, virial);
  }
  return n_outside;
} catch (const std::bad_alloc &) {
  return -1;
}
}
