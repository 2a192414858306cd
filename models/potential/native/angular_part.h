// What the angle between two neighbors brings into a symmetry function that is summed over pairs.
#pragma once

#include <cmath>

#include "compact_profile.h"
#include "network_file.h"
#include "vec.h"

namespace atomzoo {

// Cosines and angles of eight pairs, and the slope of the angle with respect to the cosine.
struct Angles {
  Vec cosine, theta, slope;

  // Angles are those of cosines some units in the last place from 1 and -1 where these are closer: the slope is finite.
  static Angles of(Vec cosine, bool with_theta) {
    constexpr double LARGEST = 1.0 - 4.0 * 2.220446049250313e-16;
    Angles angles{cosine, Vec{}, Vec{}};
    if (!with_theta) return angles;
    Vec x = cosine < LARGEST ? cosine : broadcast(LARGEST);
    x = x > -LARGEST ? x : broadcast(-LARGEST);
    for (int lane = 0; lane < LANES; lane++) angles.theta[lane] = std::acos(x[lane]);
    angles.slope = -1.0 / square_root((1.0 - x) * (1.0 + x));
    return angles;
  }
};

// 2^(1 - zeta) (1 + lambda cos)^zeta of G4 and G5, or a compact function of the angle.
class AngularPart {
 public:
  explicit AngularPart(const Function &f)
      : compact(f.is_compact()),
        zeta(f.zeta),
        lambda(f.lambda),
        norm(std::pow(2.0, 1 - f.zeta)),
        profile(f.thetalow * PI / 180, f.thetahigh * PI / 180, f.subtype.substr(0, f.subtype == "e" ? 1 : 2)) {}

  bool operator==(const AngularPart &other) const {
    if (compact != other.compact) return false;
    return compact ? profile == other.profile : zeta == other.zeta && lambda == other.lambda;
  }

  bool is_compact() const { return compact; }

  // The value and its slope with respect to the cosine.
  void evaluate(const Angles &angles, Vec &value, Vec &slope) const {
    if (compact) {
      profile.evaluate(angles.theta, value, slope);
      slope *= angles.slope;
    } else {
      power(1.0 + lambda * angles.cosine, value, slope);
      value *= norm;
      slope *= norm * lambda;
    }
  }

 private:
  bool compact;
  double zeta, lambda, norm;
  CompactProfile profile;

  // x^zeta and its slope; rounding may take x below 0, which fractional powers do not allow.
  void power(Vec x, Vec &value, Vec &slope) const {
    if (zeta == std::floor(zeta)) {
      Vec below = broadcast(1.0), square = x;
      for (int n = int(zeta) - 1; n; n >>= 1, square *= square)
        if (n & 1) below *= square;
      value = below * x;
      slope = zeta * below;
      return;
    }
    for (int lane = 0; lane < LANES; lane++) {
      const double below = x[lane] > 0.0 ? std::pow(x[lane], zeta - 1) : 0.0;
      value[lane] = below * x[lane];
      slope[lane] = zeta * below;
    }
  }
};

}  // namespace atomzoo
