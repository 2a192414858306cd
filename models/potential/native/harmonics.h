// Racah-normalized real spherical harmonics C_lm of unit vectors with their gradients, and Legendre series.
#pragma once

#include <cmath>
#include <vector>

#include "vec.h"

namespace atomzoo {

// C_lm stands at l^2 + l + m. The recursions are those of Edmonds (1957), eqs. 2.5.31 and 4.6.6, on polynomials of x, y
// and z: C_lm = F_lm(z) Re (x + iy)^m and F_lm(z) Im (x + iy)^m.
class Harmonics {
 public:
  explicit Harmonics(int max_degree) : max_degree(max_degree) {
    for (int m = 0; m <= max_degree; m++) {
      double start = m ? std::sqrt(2.0) : 1.0;
      for (int k = 1; k <= m; k++) start *= std::sqrt((2.0 * k - 1) / (2.0 * k));
      starts.push_back(start);
      for (int l = m + 1; l <= max_degree; l++) {
        const double norm = std::sqrt(double(l * l - m * m));
        steps.push_back({(2 * l - 1) / norm, std::sqrt(double((l - 1) * (l - 1) - m * m)) / norm});
      }
    }
  }

  int size() const { return (max_degree + 1) * (max_degree + 1); }

  void evaluate(Vec x, Vec y, Vec z, Vec *values) const {
    Vec cosine = broadcast(1.0), sine = Vec{};  // of (x + iy)^m
    const Step *step = steps.data();
    for (int m = 0; m <= max_degree; m++) {
      Vec previous = Vec{}, current = broadcast(starts[m]);
      for (int l = m;; l++) {
        Vec *center = values + l * l + l;
        center[-m] = current * sine;
        center[m] = current * cosine;  // last, as it is the one where m is 0
        if (l == max_degree) break;
        const Vec next = step->a * z * current - step->b * previous;
        previous = current, current = next;
        step++;
      }
      multiply(x, y, cosine, sine);
    }
  }

  // Adds sum_lm slopes[lm] dC_lm/d(x, y, z), without what is parallel to the unit vector, to gx, gy, gz.
  void gradient(Vec x, Vec y, Vec z, const Vec *slopes, Vec &gx, Vec &gy, Vec &gz) const {
    Vec cosine = broadcast(1.0), sine = Vec{}, cosine_before = Vec{}, sine_before = Vec{};  // of m and m - 1
    const Step *step = steps.data();
    for (int m = 0; m <= max_degree; m++) {
      Vec previous = Vec{}, current = broadcast(starts[m]), previous_slope = Vec{}, slope = Vec{};
      Vec of_cosine = Vec{}, of_sine = Vec{}, z_of_cosine = Vec{}, z_of_sine = Vec{};
      for (int l = m;; l++) {
        const Vec *center = slopes + l * l + l;
        of_cosine += center[m] * current;
        of_sine += center[-m] * current;
        z_of_cosine += center[m] * slope;
        z_of_sine += center[-m] * slope;
        if (l == max_degree) break;
        const Vec next = step->a * z * current - step->b * previous;
        const Vec next_slope = step->a * (current + z * slope) - step->b * previous_slope;
        previous = current, current = next;
        previous_slope = slope, slope = next_slope;
        step++;
      }
      gz += z_of_cosine * cosine + z_of_sine * sine;
      gx += double(m) * (of_cosine * cosine_before + of_sine * sine_before);
      gy += double(m) * (of_sine * cosine_before - of_cosine * sine_before);
      cosine_before = cosine, sine_before = sine;
      multiply(x, y, cosine, sine);
    }
  }

 private:
  struct Step {
    double a, b;
  };
  int max_degree;
  std::vector<double> starts;
  std::vector<Step> steps;

  static void multiply(Vec x, Vec y, Vec &cosine, Vec &sine) {
    const Vec before = cosine;
    cosine = x * cosine - y * sine;
    sine = x * sine + y * before;
  }
};

// A sum of c_l P_l(x), the Legendre polynomials.
typedef std::vector<double> LegendreSeries;

// x times a series, by (2 l + 1) x P_l = (l + 1) P_l+1 + l P_l-1.
inline LegendreSeries times_x(const LegendreSeries &series) {
  LegendreSeries product(series.size() + 1);
  for (size_t l = 0; l < series.size(); l++) {
    product[l + 1] += series[l] * (l + 1) / (2 * l + 1);
    if (l) product[l - 1] += series[l] * l / (2 * l + 1);
  }
  return product;
}

inline LegendreSeries combination(double a, const LegendreSeries &one, double b, const LegendreSeries &other) {
  LegendreSeries result(std::max(one.size(), other.size()));
  for (size_t l = 0; l < one.size(); l++) result[l] += a * one[l];
  for (size_t l = 0; l < other.size(); l++) result[l] += b * other[l];
  return result;
}

// (1 + lambda x)^zeta
inline LegendreSeries power_series(int zeta, double lambda) {
  LegendreSeries series = {1.0};
  for (int k = 0; k < zeta; k++) series = combination(1.0, series, lambda, times_x(series));
  return series;
}

// The Chebyshev polynomial T_n
inline LegendreSeries chebyshev_series(int n) {
  LegendreSeries value = {1.0}, following = {0.0, 1.0};
  for (int k = 0; k < n; k++) {
    const LegendreSeries next = combination(2.0, times_x(following), -1.0, value);
    value = following, following = next;
  }
  return value;
}

}  // namespace atomzoo
