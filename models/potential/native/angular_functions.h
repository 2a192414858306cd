// G5 with integer zeta, and T3, at a cost linear in the number of neighbors.
#pragma once

#include <vector>

#include "harmonics.h"
#include "neighborhood.h"
#include "network_file.h"
#include "radial_factors.h"

namespace atomzoo {

// With A_lm = sum_j w_j C_lm(u_j), the sum over pairs j < k of w_j w_k sum_l c_l P_l(u_j.u_k) is
//     1/2 [sum_l c_l sum_m A_lm^2 - sum_l c_l sum_j w_j^2]
// and between neighbors of two elements sum_l c_l sum_m A^a_lm A^b_lm: one A serves all polynomials of a factor w.
class AngularFunctions {
 public:
  static constexpr int MAX_DEGREE = 32;  // of G5; beyond it there are fewer pairs of neighbors than harmonics

  AngularFunctions(int n_elements, bool double_count) : n_elements(n_elements), count(double_count ? 2 : 1) {}

  static bool takes(const Function &f) {
    return f.kind == "T3" || (f.kind == "G5" && f.zeta <= MAX_DEGREE && f.zeta == std::floor(f.zeta));
  }

  void add(const Function &f, int factor, int feature) {
    if (f.kind == "G5") {
      const LegendreSeries series = power_series(f.zeta, f.lambda);
      add_term(factor, feature, f.neighbors[0], f.neighbors[1], std::pow(2.0, 1 - f.zeta), series);
      return;
    }
    const LegendreSeries series = chebyshev_series(f.order);
    for (int a = 0; a < n_elements; a++)
      for (int b = a; b < n_elements; b++)
        add_term(factor, feature, a, b, f.weights[a] * f.weights[b], series);
  }

  // To be called once all functions are added.
  void prepare() {
    int degree = 0;
    for (const Pair &pair : pairs) degree = std::max(degree, pair.degree);
    harmonics = Harmonics(degree);
    for (Expansion &expansion : expansions) {
      expansion.size = (expansion.degree + 1) * (expansion.degree + 1);
      expansion.sums.resize(n_elements * expansion.size);
      expansion.slopes.resize(n_elements * expansion.size);
      expansion.squares.resize(n_elements);
      expansion.square_slopes.resize(n_elements);
    }
    c.resize(harmonics.size());
    c_slopes.resize(harmonics.size());
  }

  // Adds to the features; w are the radial factors, `n_factors` of each block.
  void evaluate(const Neighborhood &near, const Vec *w, int n_factors, double *features) {
    if (pairs.empty()) return;
    sum_up(near, w, n_factors);
    for (const Pair &pair : pairs) {
      const Expansion &expansion = expansions[pair.expansion];
      const double *a = &expansion.sums[pair.a * expansion.size], *b = &expansion.sums[pair.b * expansion.size];
      double powers[MAX_ORDER + 1];  // sum_m A^a_lm A^b_lm for each l
      for (int l = 0, k = 0; l <= pair.degree; l++) {
        powers[l] = 0.0;
        for (; k < (l + 1) * (l + 1); k++) powers[l] += a[k] * b[k];
      }
      for (const Term &term : pair.terms) {
        double value = -term.at_zero_angle * expansion.squares[pair.a];
        for (size_t l = 0; l < term.series.size(); l++) value += term.series[l] * powers[l];
        features[term.feature] += value;
      }
    }
  }

  // From the slopes of the features adds those of the radial factors to w_slopes and those of the unit vectors to
  // near.fx, fy, fz; after `evaluate`.
  void gradient(Neighborhood &near, const Vec *w, int n_factors, const double *slopes, Vec *w_slopes) {
    if (!find_sum_slopes(slopes)) return;
    for (int block = 0; block < near.n_blocks; block++) {
      const int e = near.element[block];
      harmonics.evaluate(near.x[block], near.y[block], near.z[block], c.data());
      c_slopes.assign(c_slopes.size(), Vec{});
      for (const Expansion &expansion : expansions) {
        if (!expansion.is_active) continue;
        const double *slope = &expansion.slopes[e * expansion.size];
        const Vec weight = w[block * n_factors + expansion.factor];
        Vec weight_slope = 2.0 * expansion.square_slopes[e] * weight;
        for (int k = 0; k < expansion.size; k++) {
          weight_slope += slope[k] * c[k];
          c_slopes[k] += slope[k] * weight;
        }
        w_slopes[block * n_factors + expansion.factor] += weight_slope;
      }
      harmonics.gradient(near.x[block], near.y[block], near.z[block], c_slopes.data(), near.fx[block], near.fy[block],
                         near.fz[block]);
    }
  }

 private:
  static constexpr int MAX_ORDER = 64;

  struct Expansion {  // of one radial factor
    int factor, degree, size;
    std::vector<double> sums, slopes;            // A_lm of each element; slope of the energy with respect to it
    std::vector<double> squares, square_slopes;  // sum_j w_j^2 of each element
    bool is_active = true;                       // whether some slope is not 0
  };
  struct Term {
    int feature;
    LegendreSeries series;
    double at_zero_angle;  // 0 for pairs of two elements
  };
  struct Pair {  // of elements, in one expansion
    int expansion, a, b, degree;
    std::vector<Term> terms;
  };

  int n_elements;
  double count;
  Harmonics harmonics{0};
  std::vector<Expansion> expansions;
  std::vector<Pair> pairs;
  std::vector<Vec> c, c_slopes, accumulated;

  void add_term(int factor, int feature, int a, int b, double weight, LegendreSeries series) {
    if (series.size() > MAX_ORDER + 1) throw std::runtime_error("an angular function has an order above 64");
    if (weight == 0.0) return;
    double at_zero_angle = 0.0;
    for (double &coefficient : series) {
      coefficient *= weight * count * (a == b ? 0.5 : 1.0);
      at_zero_angle += a == b ? coefficient : 0.0;
    }
    Pair &pair = find_pair(factor, a, b, series.size() - 1);
    pair.terms.push_back({feature, series, at_zero_angle});
  }

  Pair &find_pair(int factor, int a, int b, int degree) {
    size_t e = 0, p = 0;
    while (e < expansions.size() && expansions[e].factor != factor) e++;
    if (e == expansions.size()) expansions.push_back({factor, 0, 0, {}, {}, {}, {}});
    expansions[e].degree = std::max(expansions[e].degree, degree);
    while (p < pairs.size() && !(pairs[p].expansion == int(e) && pairs[p].a == a && pairs[p].b == b)) p++;
    if (p == pairs.size()) pairs.push_back({int(e), a, b, 0, {}});
    pairs[p].degree = std::max(pairs[p].degree, degree);
    return pairs[p];
  }

  void sum_up(const Neighborhood &near, const Vec *w, int n_factors) {
    for (Expansion &expansion : expansions) {
      expansion.sums.assign(expansion.sums.size(), 0.0);
      expansion.squares.assign(n_elements, 0.0);
    }
    for (int first = 0, last; first < near.n_blocks; first = last) {  // blocks of one element
      const int e = near.element[first];
      for (last = first; last < near.n_blocks && near.element[last] == e;) last++;
      sum_up_element(near, w, n_factors, e, first, last);
    }
  }

  void sum_up_element(const Neighborhood &near, const Vec *w, int n_factors, int e, int first, int last) {
    size_t total = 0;
    for (const Expansion &expansion : expansions) total += expansion.size + 1;
    accumulated.assign(total, Vec{});
    for (int block = first; block < last; block++) {
      harmonics.evaluate(near.x[block], near.y[block], near.z[block], c.data());
      Vec *target = accumulated.data();
      for (const Expansion &expansion : expansions) {
        const Vec weight = w[block * n_factors + expansion.factor];
        *target++ += weight * weight;
        for (int k = 0; k < expansion.size; k++) *target++ += weight * c[k];
      }
    }
    const Vec *source = accumulated.data();
    for (Expansion &expansion : expansions) {
      expansion.squares[e] = sum(*source++);
      for (int k = 0; k < expansion.size; k++) expansion.sums[e * expansion.size + k] = sum(*source++);
    }
  }

  // Returns whether there are any that are not 0.
  bool find_sum_slopes(const double *slopes) {
    bool any = false;
    for (Expansion &expansion : expansions) {
      expansion.is_active = false;
      expansion.slopes.assign(expansion.slopes.size(), 0.0);
      expansion.square_slopes.assign(n_elements, 0.0);
    }
    for (const Pair &pair : pairs) {
      Expansion &expansion = expansions[pair.expansion];
      double power_slopes[MAX_ORDER + 1] = {};
      for (const Term &term : pair.terms) {
        if (slopes[term.feature] != 0.0) any = expansion.is_active = true;
        expansion.square_slopes[pair.a] -= slopes[term.feature] * term.at_zero_angle;
        for (size_t l = 0; l < term.series.size(); l++) power_slopes[l] += slopes[term.feature] * term.series[l];
      }
      const int a = pair.a * expansion.size, b = pair.b * expansion.size;
      for (int l = 0, k = 0; l <= pair.degree; l++)
        for (; k < (l + 1) * (l + 1); k++) {
          expansion.slopes[a + k] += power_slopes[l] * expansion.sums[b + k];
          expansion.slopes[b + k] += power_slopes[l] * expansion.sums[a + k];
        }
    }
    return any;
  }
};

}  // namespace atomzoo
