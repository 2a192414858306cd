// Sums over pairs of neighbors: G4, G5 that is no polynomial of moderate degree, C4 and C5.
#pragma once

#include <algorithm>
#include <vector>

#include "angular_part.h"
#include "neighborhood.h"
#include "network_file.h"
#include "radial_factors.h"

namespace atomzoo {

class TripletFunctions {
 public:
  TripletFunctions(const RadialFactors &factors, int n_elements, bool double_count)
      : factors(factors), n_elements(n_elements), count(double_count ? 2 : 1), parts_of(n_elements * n_elements) {}

  void add(const Function &f, int factor, int feature) {
    const bool narrow = f.kind == "G4" || f.kind == "C4";
    size_t g = 0;
    while (g < groups.size() && !(groups[g].factor == factor && groups[g].narrow == narrow)) g++;
    if (g == groups.size()) groups.push_back({factor, narrow, std::vector<std::vector<Term>>(n_elements * n_elements)});
    const int part = add_part(f);
    for (int a = 0; a < n_elements; a++)
      for (int b = 0; b < n_elements; b++)
        if (const double weight = count * pair_weight(f, a, b)) {
          std::vector<int> &needed = parts_of[a * n_elements + b];
          if (std::find(needed.begin(), needed.end(), part) == needed.end()) needed.push_back(part);
          groups[g].terms[a * n_elements + b].push_back({feature, part, weight});
        }
    sums.resize(std::max(sums.size(), size_t(feature) + 1));
  }

  // Adds to the features; w are the radial factors, `n_factors` of each block.
  void evaluate(const Neighborhood &near, const Vec *w, int n_factors, double *features) {
    if (groups.empty()) return;
    sums.assign(sums.size(), Vec{});
    for_each_pair(near, [&](const Pairs &pairs) {
      for (const Group &group : groups) {
        const std::vector<Term> &terms = group.terms[pairs.elements];
        if (terms.empty()) continue;
        Vec amplitude = pairs.exist * w[pairs.j_block * n_factors + group.factor][pairs.j_lane];
        amplitude *= w[pairs.k_block * n_factors + group.factor];
        if (group.narrow) {
          Vec value, slope;
          factors.evaluate_one(group.factor, pairs.distance, value, slope);
          amplitude *= value;
        }
        for (const Term &term : terms) sums[term.feature] += term.weight * amplitude * values[term.part];
      }
    });
    for (size_t feature = 0; feature < sums.size(); feature++) features[feature] += sum(sums[feature]);
  }

  // From the slopes of the features adds those of the radial factors to w_slopes, those of the unit vectors to fx, fy,
  // fz of `near`, and those of the displacements, because of r_jk, to dx, dy, dz.
  void gradient(Neighborhood &near, const Vec *w, int n_factors, const double *slopes, Vec *w_slopes, Vec *dx, Vec *dy,
                Vec *dz) {
    if (groups.empty()) return;
    for_each_pair(near, [&](const Pairs &pairs) {
      const int j = pairs.j_block, k = pairs.k_block, lane = pairs.j_lane;
      Vec cosine_slope = Vec{}, distance_slope = Vec{};
      for (const Group &group : groups) {
        const std::vector<Term> &terms = group.terms[pairs.elements];
        if (terms.empty()) continue;
        Vec angular = Vec{}, angular_slope = Vec{};
        for (const Term &term : terms) {
          angular += slopes[term.feature] * term.weight * values[term.part];
          angular_slope += slopes[term.feature] * term.weight * value_slopes[term.part];
        }
        Vec between = broadcast(1.0), between_slope = Vec{};
        if (group.narrow) factors.evaluate_one(group.factor, pairs.distance, between, between_slope);
        const double w_j = w[j * n_factors + group.factor][lane];
        const Vec w_k = pairs.exist * w[k * n_factors + group.factor];
        w_slopes[j * n_factors + group.factor][lane] += sum(w_k * between * angular);
        w_slopes[k * n_factors + group.factor] += pairs.exist * w_j * between * angular;
        distance_slope += w_j * w_k * between_slope * angular;
        cosine_slope += w_j * w_k * between * angular_slope;
      }
      near.fx[j][lane] += sum(cosine_slope * near.x[k]);
      near.fy[j][lane] += sum(cosine_slope * near.y[k]);
      near.fz[j][lane] += sum(cosine_slope * near.z[k]);
      near.fx[k] += cosine_slope * near.x[j][lane];
      near.fy[k] += cosine_slope * near.y[j][lane];
      near.fz[k] += cosine_slope * near.z[j][lane];
      const Vec pull = distance_slope / pairs.distance;
      const Vec px = pull * pairs.dx, py = pull * pairs.dy, pz = pull * pairs.dz;
      dx[j][lane] -= sum(px);
      dy[j][lane] -= sum(py);
      dz[j][lane] -= sum(pz);
      dx[k] += px;
      dy[k] += py;
      dz[k] += pz;
    });
  }

 private:
  struct Term {
    int feature, part;
    double weight;
  };
  struct Group {  // functions of one radial factor
    int factor;
    bool narrow;                           // G4 and C4
    std::vector<std::vector<Term>> terms;  // for each two elements
  };
  struct Pairs {  // of neighbor j and a block of neighbors k
    int j_block, j_lane, k_block, elements;
    Vec exist;                 // 1 for pairs j < k, else 0
    Vec distance, dx, dy, dz;  // from j to k
  };

  const RadialFactors &factors;
  int n_elements;
  double count;
  bool needs_angles = false;
  std::vector<Group> groups;
  std::vector<AngularPart> parts;            // each different one is evaluated once for a pair
  std::vector<std::vector<int>> parts_of;    // those of each two elements
  std::vector<Vec> values, value_slopes;     // of the parts, for the pairs at hand
  std::vector<Vec> sums;

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

  static double pair_weight(const Function &f, int a, int b) {
    if (f.neighbors.empty()) return f.weights[a] * f.weights[b];
    const int c = f.neighbors[0], d = f.neighbors[1];
    return (a == c && b == d) || (a == d && b == c) ? 1.0 : 0.0;
  }

  template <typename Visitor>
  void for_each_pair(const Neighborhood &near, Visitor visit) {
    const Vec lanes = {0, 1, 2, 3, 4, 5, 6, 7};
    for (int j = 0; j < near.n_blocks; j++)
      for (int lane = 0; lane < LANES && near.atom[j * LANES + lane] >= 0; lane++)
        for (int k = j; k < near.n_blocks; k++) {
          const Mask after = k > j ? lanes >= 0.0 : lanes > double(lane);
          Pairs pairs;
          pairs.j_block = j, pairs.j_lane = lane, pairs.k_block = k;
          pairs.elements = near.element[j] * n_elements + near.element[k];
          pairs.exist = after ? near.inside[k] : Vec{};
          const double x = near.x[j][lane], y = near.y[j][lane], z = near.z[j][lane], r = near.r[j][lane];
          pairs.dx = near.x[k] * near.r[k] - x * r;
          pairs.dy = near.y[k] * near.r[k] - y * r;
          pairs.dz = near.z[k] * near.r[k] - z * r;
          const Vec square = pairs.dx * pairs.dx + pairs.dy * pairs.dy + pairs.dz * pairs.dz;
          pairs.distance = square_root(square > 0.0 ? square : broadcast(1.0));  // 1 for j itself
          const Angles angles = Angles::of(x * near.x[k] + y * near.y[k] + z * near.z[k], needs_angles);
          for (const int part : parts_of[pairs.elements]) parts[part].evaluate(angles, values[part], value_slopes[part]);
          visit(pairs);
        }
  }
};

}  // namespace atomzoo
