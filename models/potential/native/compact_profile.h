// Functions with compact support, which compact symmetry functions are made of.
#pragma once

#include <string>

#include "vec.h"

namespace atomzoo {

// From 1 at x = 0 to 0 at 1, `order` derivatives of which vanish at both ends: the polynomial of lowest degree.
inline void smooth_step(int order, Vec x, Vec &value, Vec &slope) {
  static const double coefficients[4][10] = {{2, -3, 0, 1},  // highest power first
                                             {-6, 15, -10, 0, 0, 1},
                                             {20, -70, 84, -35, 0, 0, 0, 1},
                                             {-70, 315, -540, 420, -126, 0, 0, 0, 0, 1}};
  value = slope = Vec{};
  for (int k = 0; k < 2 * order + 2; k++) {
    slope = slope * x + value;
    value = value * x + coefficients[order - 1][k];
  }
}

// 1 in the center of a range and 0 at both ends and beyond them; the subtype is p1 to p4, p1a to p4a, or e.
class CompactProfile {
 public:
  CompactProfile(double low, double high, const std::string &subtype)
      : order(subtype[0] == 'e' ? 0 : subtype[1] - '0'),
        asymmetric(subtype.back() == 'a'),
        center(0.5 * (low + high)),
        inverse_width(2.0 / (high - low)) {}

  bool operator==(const CompactProfile &other) const {
    return order == other.order && asymmetric == other.asymmetric && center == other.center &&
        inverse_width == other.inverse_width;
  }

  void evaluate(Vec t, Vec &value, Vec &slope) const {
    Vec x = (t - center) * inverse_width;
    Vec x_slope = x < 0.0 ? broadcast(-inverse_width) : broadcast(inverse_width);
    x = x < 0.0 ? -x : x;
    const Mask inside = x < 1.0;
    x = inside ? x : broadcast(1.0);
    if (asymmetric) {
      x_slope *= 2.0 - 2.0 * x;
      x *= 2.0 - x;
    }
    if (order) smooth_step(order, x, value, slope);
    else bump(x, value, slope);
    value = inside ? value : Vec{};
    slope = inside ? slope * x_slope : Vec{};
  }

 private:
  int order;  // 0 for the exponential
  bool asymmetric;
  double center, inverse_width;

  // exp(1 - 1 / (1 - x^2)), which is 0 in double precision where the divisor is below 1e-3
  static void bump(Vec x, Vec &value, Vec &slope) {
    const Vec y = 1.0 - x * x;
    const Mask large = y > 1e-3;
    const Vec inverse = 1.0 / (large ? y : broadcast(1.0));
    value = large ? exponential(1.0 - inverse) : Vec{};
    slope = -2.0 * x * inverse * inverse * value;
  }
};

}  // namespace atomzoo
