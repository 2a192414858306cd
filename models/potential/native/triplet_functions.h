// Sums over pairs of neighbors: G4, G5 that is no polynomial of moderate degree, C4 and C5.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "angular_part.h"
#include "neighborhood.h"
#include "network_file.h"
#include "radial_factors.h"

namespace atomzoo {

// Pairs j < k of neighbors stand in blocks of LANES with the same j and the same element of k; where all functions have
// a factor of the distance r_jk, only pairs within the cutoff do.
class TripletFunctions {
 public:
  TripletFunctions(const CutoffFunction &cutoff_function, int n_elements, bool double_count)
      : between(cutoff_function),
        n_elements(n_elements),
        count(double_count ? 2 : 1),
        parts_of(n_elements * n_elements) {}

  // `factor`: of the neighbors' distances.
  void add(const Function &f, int factor, int feature) {
    const bool narrow = f.kind == "G4" || f.kind == "C4";
    Group &group = find_group(factor, narrow ? between.add(f) : -1);
    limit = std::max(limit, narrow ? f.cutoff : std::numeric_limits<double>::infinity());
    const int part = add_part(f);
    for (int a = 0; a < n_elements; a++)
      for (int b = 0; b < n_elements; b++)
        if (const double weight = count * pair_weight(f, a, b)) {
          add_once(parts_of[a * n_elements + b], part);
          group.terms[a * n_elements + b].push_back({feature, part, weight});
        }
    sums.resize(std::max(sums.size(), size_t(feature) + 1));
  }

  // Adds to the features; w are the radial factors, `n_factors` of each block of neighbors.
  void evaluate(const Neighborhood &near, const Vec *w, int n_factors, double *features) {
    if (groups.empty()) return;
    find_pairs(near);
    between_values.resize(blocks.size() * between.size());
    between_slopes.resize(blocks.size() * between.size());
    sums.assign(sums.size(), Vec{});
    for (size_t n = 0; n < blocks.size(); n++) {
      const Block &block = blocks[n];
      const Geometry g(near, block);
      between.evaluate(g.distance, block.exist, between_values.data() + n * between.size(),
                       between_slopes.data() + n * between.size(), near.r[block.j / LANES][block.j % LANES]);
      find_parts(parts_of, block, g);
      for (const Group &group : groups) {
        const std::vector<Term> &terms = group.terms[block.elements];
        const double w_j = one(w, block.j, n_factors, group.factor);
        if (terms.empty() || w_j == 0.0) continue;  // beyond the cutoff of these functions
        Vec amplitude = w_j * gather(w, block, n_factors, group.factor);
        amplitude *= group.between < 0 ? block.exist : between_values[n * between.size() + group.between];
        for (const Term &term : terms) sums[term.feature] += term.weight * amplitude * values[term.part];
      }
    }
    for (size_t feature = 0; feature < sums.size(); feature++) features[feature] += sum(sums[feature]);
  }

  // From the slopes of the features adds those of the displacements to dx, dy, dz; w_slopes are those of the radial
  // factors with respect to the distance. After `evaluate`.
  void gradient(const Neighborhood &near, const Vec *w, const Vec *w_slopes, int n_factors, const double *slopes,
                Vec *dx, Vec *dy, Vec *dz) {
    if (!find_active(slopes)) return;
    for (size_t n = 0; n < blocks.size(); n++) {
      const Block &block = blocks[n];
      if (active_parts[block.elements].empty()) continue;
      const Geometry g(near, block);
      find_parts(active_parts, block, g);
      Vec along_j = Vec{}, along_k = Vec{}, cosine_slope = Vec{}, distance_slope = Vec{};
      for (const Group &group : groups) {
        const double w_j = one(w, block.j, n_factors, group.factor);
        const double slope_j = one(w_slopes, block.j, n_factors, group.factor);
        if (!group.is_active[block.elements] || (w_j == 0.0 && slope_j == 0.0)) continue;
        const std::vector<Term> &terms = group.terms[block.elements];
        Vec angular = Vec{}, angular_slope = Vec{};
        for (const Term &term : terms) {
          const double slope = slopes[term.feature] * term.weight;
          angular += slope * values[term.part];
          angular_slope += slope * value_slopes[term.part];
        }
        const Vec w_k = gather(w, block, n_factors, group.factor);
        const size_t place = n * between.size() + group.between;
        const Vec value = group.between < 0 ? block.exist : between_values[place];
        along_j += slope_j * w_k * value * angular;
        along_k += w_j * gather(w_slopes, block, n_factors, group.factor) * value * angular;
        cosine_slope += w_j * w_k * value * angular_slope;
        if (group.between >= 0) distance_slope += w_j * w_k * between_slopes[place] * angular;
      }
      const Vec turn_j = cosine_slope * g.inverse_j, turn_k = cosine_slope * g.inverse_k;
      const Vec on_j = along_j - turn_j * g.cosine, on_k = along_k - turn_k * g.cosine;
      const Vec pull = distance_slope * g.inverse_distance;
      add(dx, block, on_j * g.xj + turn_j * g.xk - pull * g.dx, on_k * g.xk + turn_k * g.xj + pull * g.dx);
      add(dy, block, on_j * g.yj + turn_j * g.yk - pull * g.dy, on_k * g.yk + turn_k * g.yj + pull * g.dy);
      add(dz, block, on_j * g.zj + turn_j * g.zk - pull * g.dz, on_k * g.zk + turn_k * g.zj + pull * g.dz);
    }
  }

 private:
  struct Term {
    int feature, part;
    double weight;
  };
  struct Group {  // functions of one radial factor
    int factor, between;                   // of r_ij and r_ik; of r_jk, or -1
    std::vector<std::vector<Term>> terms;  // for each two elements
    std::vector<bool> is_active;           // likewise: whether some slope is not 0
  };
  struct Block {  // of pairs: places of the neighbors j and k
    int j, elements, n;
    int k[LANES];
    Vec exist;  // 1, or 0 from the n-th pair on
  };
  struct Geometry {
    double xj, yj, zj, inverse_j;
    Vec xk, yk, zk, inverse_k;
    Vec cosine, dx, dy, dz, distance, inverse_distance;  // from j to k; the inverse is 0 where the distance is

    Geometry(const Neighborhood &near, const Block &block) {
      const double *x = (const double *) near.x.data(), *y = (const double *) near.y.data();
      const double *z = (const double *) near.z.data(), *r = (const double *) near.r.data();
      Vec rk;
      for (int lane = 0; lane < LANES; lane++) {
        const int k = block.k[lane];
        xk[lane] = x[k], yk[lane] = y[k], zk[lane] = z[k], rk[lane] = r[k];
      }
      const double rj = r[block.j];
      xj = x[block.j], yj = y[block.j], zj = z[block.j];
      inverse_j = rj > 0.0 ? 1.0 / rj : 1.0;
      inverse_k = 1.0 / (rk > 0.0 ? rk : broadcast(1.0));
      cosine = xj * xk + yj * yk + zj * zk;
      dx = rk * xk - rj * xj, dy = rk * yk - rj * yj, dz = rk * zk - rj * zj;
      distance = square_root(dx * dx + dy * dy + dz * dz);
      inverse_distance = distance > 0.0 ? 1.0 / distance : Vec{};
    }
  };

  RadialFactors between;  // factors of r_jk
  int n_elements;
  double count, limit = 0.0;  // of r_jk
  bool needs_angles = false;
  std::vector<Group> groups;
  std::vector<AngularPart> parts;                    // each different one is evaluated once for a pair
  std::vector<std::vector<int>> parts_of;            // those of each two elements
  std::vector<std::vector<int>> active_parts;        // of these, those of functions whose slope is not 0
  std::vector<Vec> values, value_slopes;             // of the parts, for the pairs at hand
  std::vector<Block> blocks;                         // all pairs of the atom at hand
  std::vector<Vec> between_values, between_slopes;   // of the factors of r_jk, for each block
  std::vector<Vec> sums;

  Group &find_group(int factor, int between) {
    for (Group &group : groups)
      if (group.factor == factor && group.between == between) return group;
    groups.push_back({factor, between, std::vector<std::vector<Term>>(n_elements * n_elements), {}});
    return groups.back();
  }

  int add_part(const Function &f) {
    const AngularPart part(f);
    const auto found = std::find(parts.begin(), parts.end(), part);
    if (found != parts.end()) return found - parts.begin();
    needs_angles = needs_angles || part.is_compact();
    parts.push_back(part);
    values.resize(parts.size());
    value_slopes.resize(parts.size());
    return parts.size() - 1;
  }

  static void add_once(std::vector<int> &numbers, int number) {
    if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
  }

  // Finds the groups and parts of the functions whose slopes are not 0; returns whether there are any.
  bool find_active(const double *slopes) {
    bool any = false;
    active_parts.assign(parts_of.size(), {});
    for (Group &group : groups) {
      group.is_active.assign(group.terms.size(), false);
      for (size_t elements = 0; elements < group.terms.size(); elements++)
        for (const Term &term : group.terms[elements])
          if (slopes[term.feature] != 0.0) {
            any = group.is_active[elements] = true;
            add_once(active_parts[elements], term.part);
          }
    }
    return any;
  }

  static double pair_weight(const Function &f, int a, int b) {
    if (f.neighbors.empty()) return f.weights[a] * f.weights[b];
    const int c = f.neighbors[0], d = f.neighbors[1];
    return (a == c && b == d) || (a == d && b == c) ? 1.0 : 0.0;
  }

  void find_pairs(const Neighborhood &near) {
    blocks.clear();
    for (int j = 0; j < near.n_blocks * LANES; j++) {
      if (near.atom[j] < 0) continue;
      const int own = j / LANES;
      for (int first = own, last; first < near.n_blocks; first = last) {  // blocks of one element
        const int elements = near.element[own] * n_elements + near.element[first];
        const size_t start = blocks.size();
        for (last = first; last < near.n_blocks && near.element[last] == near.element[first]; last++)
          if (!parts_of[elements].empty()) find_pairs_with(near, j, last, elements, start);
      }
    }
    for (Block &block : blocks)
      for (int lane = 0; lane < LANES; lane++) {
        block.exist[lane] = lane < block.n;
        if (lane >= block.n) block.k[lane] = block.k[0];
      }
  }

  // Of neighbor j and the neighbors of one block, behind the blocks of pairs from `start` on.
  void find_pairs_with(const Neighborhood &near, int j, int block, int elements, size_t start) {
    const int own = j / LANES, lane_j = j % LANES;
    const double r = near.r[own][lane_j];
    const Vec dx = near.x[block] * near.r[block] - near.x[own][lane_j] * r;
    const Vec dy = near.y[block] * near.r[block] - near.y[own][lane_j] * r;
    const Vec dz = near.z[block] * near.r[block] - near.z[own][lane_j] * r;
    const Vec square = dx * dx + dy * dy + dz * dz;
    for (int lane = block == own ? lane_j + 1 : 0; lane < LANES; lane++) {
      const int k = block * LANES + lane;
      if (near.atom[k] < 0) break;
      if (!(square[lane] < limit * limit)) continue;
      if (blocks.size() == start || blocks.back().n == LANES) blocks.push_back({j, elements, 0, {}, Vec{}});
      blocks.back().k[blocks.back().n++] = k;
    }
  }

  void find_parts(const std::vector<std::vector<int>> &needed, const Block &block, const Geometry &g) {
    const Angles angles = Angles::of(g.cosine, needs_angles);
    for (const int part : needed[block.elements]) parts[part].evaluate(angles, values[part], value_slopes[part]);
  }

  // The factor of one neighbor, or of the neighbors k of a block.
  static double one(const Vec *w, int place, int n_factors, int factor) {
    return w[place / LANES * n_factors + factor][place % LANES];
  }

  static Vec gather(const Vec *w, const Block &block, int n_factors, int factor) {
    Vec result;
    for (int lane = 0; lane < LANES; lane++) result[lane] = one(w, block.k[lane], n_factors, factor);
    return result;
  }

  // What a block adds to its j and to each k.
  static void add(Vec *target, const Block &block, Vec of_j, Vec of_k) {
    double *places = (double *) target;
    places[block.j] += sum(of_j);
    for (int lane = 0; lane < block.n; lane++) places[block.k[lane]] += of_k[lane];
  }
};

}  // namespace atomzoo
