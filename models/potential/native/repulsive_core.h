// The universal repulsion of Ziegler, Biersack and Littmark at short range; layers/repulsive_core.py has the formulas.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "compact_profile.h"
#include "neighborhood.h"
#include "network_file.h"
#include "vec.h"

namespace atomzoo {

class RepulsiveCore {
 public:
  explicit RepulsiveCore(const Core &core) : n_elements(core.numbers.size()) {
    for (const int a : core.numbers)
      for (const int b : core.numbers) {
        const Core::Radii &radii = core.radii[pairs.size()];
        pairs.push_back({COULOMB * a * b, (std::pow(a, POWER) + std::pow(b, POWER)) / LENGTH, radii.inner, radii.outer});
      }
  }

  // The largest distance in A at which another atom repels one of the element.
  double largest_radius(int element) const {
    double radius = 0.0;
    for (int other = 0; other < n_elements; other++) radius = std::max(radius, pair(element, other).outer);
    return radius;
  }

  // Half of the energy of an atom's pairs (eV); its slopes are added to those in `near`.
  double evaluate(int element, Neighborhood &near) const {
    double energy = 0.0;
    if (n_elements)
      for (int block = 0; block < near.n_blocks; block++)
        energy += add_block(pair(element, near.element[block]), near, block);
    return energy;
  }

 private:
  static constexpr double COULOMB = 14.399645, LENGTH = 0.46850, POWER = 0.23;  // eV A, A
  static constexpr double FACTORS[4] = {0.18175, 0.50986, 0.28022, 0.02817};
  static constexpr double DECAYS[4] = {3.19980, 0.94229, 0.40290, 0.20162};

  struct Pair {
    double strength, rate, inner, outer;  // Z_i Z_j e^2 / (4 pi epsilon_0), 1 / a, and the radii of the switch
  };

  int n_elements;
  std::vector<Pair> pairs;

  const Pair &pair(int element, int other) const { return pairs[element * n_elements + other]; }

  double add_block(const Pair &pair, Neighborhood &near, int block) const {
    const Vec inside = near.r[block] < pair.outer ? near.inside[block] : Vec{};
    if (sum(inside) == 0.0) return 0.0;  // nearly always
    const Vec r = (inside > 0.0) & (near.r[block] > 0.0) ? near.r[block] : broadcast(pair.outer);
    Vec screened = Vec{}, screened_slope = Vec{};
    for (int k = 0; k < 4; k++) {
      const Vec term = FACTORS[k] * exponential(-DECAYS[k] * pair.rate * r);
      screened += term;
      screened_slope -= DECAYS[k] * pair.rate * term;
    }
    Vec x = (r - pair.inner) / (pair.outer - pair.inner), factor, factor_slope;
    x = x > 0.0 ? x : Vec{};
    smooth_step(2, x, factor, factor_slope);
    factor_slope /= pair.outer - pair.inner;
    const Vec bare = 0.5 * pair.strength / r, value = bare * screened * factor;
    const Vec slope = bare * (screened_slope * factor + screened * factor_slope) - value / r;
    near.fx[block] += slope * near.x[block];
    near.fy[block] += slope * near.y[block];
    near.fz[block] += slope * near.z[block];
    return sum(value);
  }
};

}  // namespace atomzoo
