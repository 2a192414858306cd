// The neighbors of one atom in blocks of LANES, each block of one element, filled up with entries that count nothing.
#pragma once

#include <vector>

#include "vec.h"

namespace atomzoo {

class Neighborhood {
 public:
  explicit Neighborhood(int n_elements) : counts(n_elements), next(n_elements) {}

  int n_blocks = 0;
  std::vector<int> element;     // of each block
  std::vector<int> atom;        // of each entry, -1 where there is none
  std::vector<Vec> x, y, z, r;  // unit vector and distance of each entry
  std::vector<Vec> inside;      // 1, or 0 where there is none
  std::vector<Vec> fx, fy, fz;  // slope of the energy with respect to the displacement

  void clear() {
    found.clear();
    counts.assign(counts.size(), 0);
  }

  void add(int atom, int element, double dx, double dy, double dz) {
    found.push_back({atom, element, dx, dy, dz});
    counts[element]++;
  }

  // 1 / r, and 1 where r is 0: the slopes of atoms at one point are finite.
  Vec inverse_length(int block) const { return 1.0 / (r[block] > 0.0 ? r[block] : broadcast(1.0)); }

  void clear_slopes() {
    for (std::vector<Vec> *slopes : {&fx, &fy, &fz}) slopes->assign(n_blocks, Vec{});
  }

  // Sorts what was added into blocks.
  void arrange() {
    element.clear();
    for (size_t e = 0; e < counts.size(); e++) {
      next[e] = element.size() * LANES;
      element.insert(element.end(), (counts[e] + LANES - 1) / LANES, e);
    }
    n_blocks = element.size();
    atom.assign(n_blocks * LANES, -1);
    for (std::vector<Vec> *zero : {&y, &z, &inside}) zero->assign(n_blocks, Vec{});
    x.assign(n_blocks, broadcast(1.0));
    for (const Entry &entry : found) {
      const int place = next[entry.element]++, block = place / LANES, lane = place % LANES;
      atom[place] = entry.atom;
      x[block][lane] = entry.dx;
      y[block][lane] = entry.dy;
      z[block][lane] = entry.dz;
      inside[block][lane] = 1.0;
    }
    r.resize(n_blocks);
    for (int b = 0; b < n_blocks; b++) {
      r[b] = square_root(x[b] * x[b] + y[b] * y[b] + z[b] * z[b]);
      const Vec inverse = inverse_length(b);
      x[b] *= inverse;
      y[b] *= inverse;
      z[b] *= inverse;
    }
  }

 private:
  struct Entry {
    int atom, element;
    double dx, dy, dz;
  };
  std::vector<Entry> found;
  std::vector<int> counts, next;
};

}  // namespace atomzoo
