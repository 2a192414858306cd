// What one neighbor at distance r brings into a symmetry function: a shape times the cutoff function, and its slope.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "compact_profile.h"
#include "network_file.h"
#include "vec.h"

namespace atomzoo {

class Cutoff {
 public:
  Cutoff(const CutoffFunction &function, double radius)
      : kind(function.name == "cosine" ? COSINE : function.name == "tanh" ? TANH : POLYNOMIAL),
        order(function.order),
        norm(function.normalized ? std::pow(std::tanh(1.0), -3) : 1.0),
        radius(radius),
        inner(function.inner_fraction * radius) {}

  double outer_radius() const { return radius; }

  void evaluate(Vec r, Vec &value, Vec &slope) const {
    Vec x = (r - inner) / (radius - inner);
    const Mask varies = (x > 0.0) & (r < radius);
    x = x > 0.0 ? x : Vec{};
    x = x < 1.0 ? x : broadcast(1.0);
    profile(x, value, slope);
    value = r < radius ? value : Vec{};
    slope = varies ? slope / (radius - inner) : Vec{};
  }

 private:
  enum { COSINE, TANH, POLYNOMIAL } kind;
  int order;
  double norm, radius, inner;

  void profile(Vec x, Vec &value, Vec &slope) const {
    if (kind == COSINE) {
      Vec cosine, sine;
      half_turn(x, cosine, sine);
      value = 0.5 * (cosine + 1.0);
      slope = -0.5 * PI * sine;
    } else if (kind == TANH) {
      const Vec t = hyperbolic_tangent(1.0 - x);
      value = norm * t * t * t;
      slope = -3.0 * norm * t * t * (1.0 - t * t);
    } else {
      smooth_step(order, x, value, slope);
    }
  }
};

// The different factors of a set of functions; each is evaluated once.
class RadialFactors {
 public:
  enum Shape { CONSTANT, GAUSSIAN, COSINE, CHEBYSHEV, COMPACT };

  explicit RadialFactors(const CutoffFunction &cutoff_function) : cutoff_function(cutoff_function) {}

  // The number of the factor of a function, which is added if it is new.
  int add(const Function &function) {
    Factor factor{CONSTANT, 0, function.eta, function.rs};
    if (function.kind == "G2" || function.kind == "G4" || function.kind == "G5") factor.shape = GAUSSIAN;
    if (function.kind == "G3") factor = {COSINE, 0, function.kappa, 0.0};
    if (function.kind == "T2") factor = {CHEBYSHEV, 0, double(function.order), 0.0};
    if (function.is_compact()) factor = {COMPACT, 0, double(add_profile(function)), 0.0};
    else factor.cutoff = add_cutoff(function.cutoff);
    for (size_t k = 0; k < factors.size(); k++)
      if (factors[k] == factor) return k;
    factors.push_back(factor);
    return factors.size() - 1;
  }

  int size() const { return factors.size(); }

  // Values and slopes of all factors at r; `inside` is 1, or 0 for lanes without a neighbor. Those whose cutoff is not
  // above `least` stay as they are.
  void evaluate(Vec r, Vec inside, Vec *values, Vec *slopes, double least = 0.0) const {
    Vec fc[MAX_CUTOFFS], fc_slope[MAX_CUTOFFS];
    for (size_t k = 0; k < cutoffs.size(); k++) {
      if (cutoffs[k].outer_radius() <= least) continue;
      cutoffs[k].evaluate(r, fc[k], fc_slope[k]);
      fc[k] *= inside;
      fc_slope[k] *= inside;
    }
    for (size_t k = 0; k < factors.size(); k++) {
      const int c = factors[k].cutoff;
      if (factors[k].shape != COMPACT) {
        if (cutoffs[c].outer_radius() <= least) continue;
        multiply(factors[k], r, fc[c], fc_slope[c], values[k], slopes[k]);
        continue;
      }
      profiles[int(factors[k].parameter)].evaluate(r, values[k], slopes[k]);
      values[k] *= inside;
      slopes[k] *= inside;
    }
  }

 private:
  static constexpr int MAX_CUTOFFS = 64;

  struct Factor {
    Shape shape;
    int cutoff;
    double parameter, rs;  // the parameter is eta, kappa, the order of a Chebyshev polynomial, or the number of a profile
    bool operator==(const Factor &other) const {
      return shape == other.shape && cutoff == other.cutoff && parameter == other.parameter && rs == other.rs;
    }
  };

  CutoffFunction cutoff_function;
  std::vector<Cutoff> cutoffs;
  std::vector<CompactProfile> profiles;
  std::vector<Factor> factors;

  int add_cutoff(double radius) {
    for (size_t k = 0; k < cutoffs.size(); k++)
      if (cutoffs[k].outer_radius() == radius) return k;
    if (cutoffs.size() == MAX_CUTOFFS) throw std::runtime_error("there are more than 64 cutoff radii");
    cutoffs.emplace_back(cutoff_function, radius);
    return cutoffs.size() - 1;
  }

  int add_profile(const Function &function) {
    const CompactProfile profile(function.rlow, function.cutoff, function.subtype);
    const auto found = std::find(profiles.begin(), profiles.end(), profile);
    if (found != profiles.end()) return found - profiles.begin();
    profiles.push_back(profile);
    return profiles.size() - 1;
  }

  void multiply(const Factor &factor, Vec r, Vec fc, Vec fc_slope, Vec &value, Vec &slope) const {
    Vec shape = broadcast(1.0), shape_slope = Vec{};
    if (factor.shape == GAUSSIAN) {
      const Vec x = r - factor.rs;
      shape = exponential(-factor.parameter * x * x);
      shape_slope = -2.0 * factor.parameter * x * shape;
    } else if (factor.shape == COSINE) {
      for (int lane = 0; lane < LANES; lane++) {
        shape[lane] = std::cos(factor.parameter * r[lane]);
        shape_slope[lane] = -factor.parameter * std::sin(factor.parameter * r[lane]);
      }
    } else if (factor.shape == CHEBYSHEV) {
      chebyshev(factor, r, shape, shape_slope);
    }
    value = shape * fc;
    slope = shape * fc_slope + shape_slope * fc;
  }

  // T_n(2 r / Rc - 1); bounded beyond Rc, where fc is 0.
  void chebyshev(const Factor &factor, Vec r, Vec &value, Vec &slope) const {
    const double scale = 2.0 / cutoffs[factor.cutoff].outer_radius();
    Vec x = scale * r - 1.0;
    x = x < 1.0 ? x : broadcast(1.0);
    Vec following = x, following_slope = broadcast(1.0);  // T_n+1 and its slope
    value = broadcast(1.0);
    slope = Vec{};
    for (int n = 0; n < int(factor.parameter); n++) {
      const Vec next = 2.0 * x * following - value;
      const Vec next_slope = 2.0 * following + 2.0 * x * following_slope - slope;
      value = following, slope = following_slope;
      following = next, following_slope = next_slope;
    }
    slope *= scale;
  }
};

}  // namespace atomzoo
