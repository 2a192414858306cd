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

  // The slopes of all features of the atom described last, to where the numbers of its neighbors say.
  void differentiate(int element, int n_features, double *gradients) {
    const std::vector<atomzoo::Input> &inputs = potential.inputs(element);
    for (size_t k = 0; k < inputs.size(); k++) {
      potential.differentiate(element, k, near);
      const atomzoo::Vec *slopes[3] = {near.fx.data(), near.fy.data(), near.fz.data()};
      for (int place = 0; place < near.n_blocks * atomzoo::LANES; place++)
        for (int a = 0; a < 3 && near.atom[place] >= 0; a++)
          gradients[(3L * near.atom[place] + a) * n_features + inputs[k].function] =
              slopes[a][place / atomzoo::LANES][place % atomzoo::LANES];
    }
  }

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

// Features (n, n_features) and, unless null, their derivatives with respect to displacements in A, gradients (P, 3,
// n_features); both must be 0 before.
//
// The pairs of atom i are starts[i] to starts[i + 1] - 1, of which there are neighbor_species (P,) and displacements
// (P, 3). Derivatives of pairs beyond the cutoff keep 0, and so do features that an element's network does not take.
// Returns 0, or -1 if the memory does not suffice.
int64_t atomzoo_features(void *evaluator, int n_atoms, const int *species, const int64_t *starts,
                         const int *neighbor_species, const double *displacements, int n_features, double *features,
                         double *gradients) try {
  Evaluator &self = *static_cast<Evaluator *>(evaluator);
  for (int i = 0; i < n_atoms; i++) {
    const double cutoff = self.potential.cutoff(species[i]);
    const int64_t start = starts[i];
    self.near.clear();
    for (int64_t pair = start; pair < starts[i + 1]; pair++) {
      const double *d = displacements + 3 * pair;
      if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < cutoff * cutoff)
        self.near.add(pair - start, neighbor_species[pair], d[0], d[1], d[2]);
    }
    self.near.arrange();
    self.potential.describe(species[i], self.near);
    self.potential.copy_features(species[i], features + int64_t(n_features) * i);
    if (gradients) self.differentiate(species[i], n_features, gradients + 3 * n_features * start);
  }
  return 0;
} catch (const std::bad_alloc &) {
  return -1;
}
}
