// Eight doubles computed on at once: vectors of g++, which become AVX-512, pairs of AVX2, or whatever the machine has.
#pragma once

#include <cstdint>

namespace atomzoo {

constexpr int LANES = 8;
typedef double Vec __attribute__((vector_size(LANES * sizeof(double))));
typedef long Mask __attribute__((vector_size(LANES * sizeof(long))));  // of comparisons: -1 where true, else 0

constexpr double PI = 3.14159265358979323846;

inline Vec broadcast(double value) { return value - Vec{}; }

inline double sum(Vec v) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

inline Vec square_root(Vec x) {
  Vec y;
  for (int lane = 0; lane < LANES; lane++) y[lane] = __builtin_sqrt(x[lane]);
  return y;
}

// c[0] + c[1] x + ... + c[n - 1] x^(n - 1)
template <int n>
inline Vec polynomial(Vec x, const double (&c)[n]) {
  Vec value = broadcast(c[n - 1]);
  for (int k = n - 2; k >= 0; k--) value = value * x + c[k];
  return value;
}

// 1 / k! for k = 0 ... 13; with |x| <= ln(2) / 2 the next term of exp(x) is below 1e-17.
constexpr double EXP_SERIES[] = {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040,
                                 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600,
                                 1.0 / 6227020800.0};

// exp(x) to one or two units in the last place; 0 below -708, and no more than exp(709).
inline Vec exponential(Vec x) {
  const Mask vanishes = x < -708.0;
  x = vanishes ? broadcast(-708.0) : x;
  x = x > 709.0 ? broadcast(709.0) : x;
  // Added to 1.5 * 2^52 a number is rounded, and its integer stands in the lowest bits.
  const double rounder = 6755399441055744.0;
  const Vec shifted = x * 1.4426950408889634 + rounder;
  const Vec n = shifted - rounder;
  Vec rest = x - n * 0.693147180369123816490;  // ln 2 in two parts, the first with trailing zeros
  rest -= n * 1.90821492927058770002e-10;
  const Mask power_of_two = ((Mask) shifted + 1023) << 52;
  const Vec value = polynomial(rest, EXP_SERIES) * (Vec) power_of_two;
  return vanishes ? Vec{} : value;
}

// (-1)^k / (2 k + 1)! and (-1)^k / (2 k)!; for |t| <= pi / 2 the next terms are below 1e-17.
constexpr double SINE_SERIES[] = {1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800,
                                  1.0 / 6227020800.0, -1.0 / 1307674368000.0, 1.0 / 355687428096000.0,
                                  -1.0 / 121645100408832000.0, 1.0 / 51090942171709440000.0};
constexpr double COSINE_SERIES[] = {1.0, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800,
                                    1.0 / 479001600, -1.0 / 87178291200.0, 1.0 / 20922789888000.0,
                                    -1.0 / 6402373705728000.0, 1.0 / 2432902008176640000.0,
                                    -1.0 / 1124000727777607680000.0};

// cos(pi x) and sin(pi x) for 0 <= x <= 1.
inline void half_turn(Vec x, Vec &cosine, Vec &sine) {
  const Vec t = PI * (x - 0.5), square = t * t;
  cosine = -t * polynomial(square, SINE_SERIES);
  sine = polynomial(square, COSINE_SERIES);
}

// tanh(x), to 1e-16 of 1.
inline Vec hyperbolic_tangent(Vec x) { return 1.0 - 2.0 / (exponential(2.0 * x) + 1.0); }

}  // namespace atomzoo
