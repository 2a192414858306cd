// The neural network of one element: its energy and the slopes with respect to the inputs.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "network_file.h"
#include "vec.h"

namespace atomzoo {

typedef std::function<void(Vec x, Vec &value, Vec &slope)> Activation;

// An activation from functions of one number, for those that are rarely used.
inline Activation lane_by_lane(double (*function)(double), double (*derivative)(double)) {
  return [function, derivative](Vec x, Vec &value, Vec &slope) {
    for (int lane = 0; lane < LANES; lane++) {
      value[lane] = function(x[lane]);
      slope[lane] = derivative(x[lane]);
    }
  };
}

inline double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }
inline double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

template <int scale>  // mtanh, plus scale / 10 times x
void scaled_tanh(Vec x, Vec &value, Vec &slope) {
  const Vec t = hyperbolic_tangent(x * (2.0 / 3.0));
  value = 1.7159 * t + 0.1 * scale * x;
  slope = 1.7159 * (2.0 / 3.0) * (1.0 - t * t) + 0.1 * scale;
}

template <int sign>
void sigmoid(Vec x, Vec &value, Vec &slope) {
  value = 1.0 / (1.0 + exponential(-double(sign) * x));
  slope = double(sign) * value * (1.0 - value);
}

inline Activation find_activation(const std::string &name) {
  // TensorFlow rounds these two to float32, also in float64.
  constexpr double LEAK = 0.2f, ROOT_OF_HALF = 0.7071067811865476f;
  constexpr double SELU_SCALE = 1.0507009873554805, SELU_ALPHA = 1.6732632423543773;
  static const std::map<std::string, Activation> known = {
      {"linear", [](Vec x, Vec &y, Vec &s) { y = x, s = broadcast(1.0); }},
      {"tanh", [](Vec x, Vec &y, Vec &s) { y = hyperbolic_tangent(x), s = 1.0 - y * y; }},
      {"mtanh", scaled_tanh<0>},
      {"twist", scaled_tanh<1>},
      {"sigmoid", sigmoid<1>},
      {"reverse_sigmoid", sigmoid<-1>},
      {"gaussian", [](Vec x, Vec &y, Vec &s) { y = exponential(-0.5 * x * x), s = -x * y; }},
      {"decay", [](Vec x, Vec &y, Vec &s) { y = exponential(-x), s = -y; }},
      {"exponential", [](Vec x, Vec &y, Vec &s) { y = exponential(x), s = y; }},
      {"harmonic", [](Vec x, Vec &y, Vec &s) { y = x * x, s = 2.0 * x; }},
      {"relu", [](Vec x, Vec &y, Vec &s) { y = x > 0.0 ? x : Vec{}, s = x > 0.0 ? broadcast(1.0) : Vec{}; }},
      {"leaky_relu",
       [](Vec x, Vec &y, Vec &s) { s = x > 0.0 ? broadcast(1.0) : broadcast(LEAK), y = s * x; }},
      {"cosine", lane_by_lane([](double x) { return std::cos(x); }, [](double x) { return -std::sin(x); })},
      {"softplus", lane_by_lane(softplus, logistic)},
      {"log_sigmoid",
       lane_by_lane([](double x) { return -softplus(-x); }, [](double x) { return logistic(-x); })},
      {"softsign", lane_by_lane([](double x) { return x / (1 + std::abs(x)); },
                                [](double x) { return std::pow(1 + std::abs(x), -2); })},
      {"silu", lane_by_lane([](double x) { return x * logistic(x); },
                            [](double x) { return logistic(x) * (1 + x * logistic(-x)); })},
      {"mish", lane_by_lane([](double x) { return x * std::tanh(softplus(x)); },
                            [](double x) {
                              const double t = std::tanh(softplus(x));
                              return t + x * (1 - t * t) * logistic(x);
                            })},
      {"gelu", lane_by_lane([](double x) { return 0.5 * x * std::erfc(-x * ROOT_OF_HALF); },
                            [](double x) {
                              const double t = x * ROOT_OF_HALF;
                              return 0.5 * std::erfc(-t) + t * std::exp(-t * t) / std::sqrt(PI);
                            })},
      {"elu", lane_by_lane([](double x) { return x > 0 ? x : std::expm1(x); },
                           [](double x) { return x > 0 ? 1.0 : std::exp(x); })},
      {"selu", lane_by_lane([](double x) { return SELU_SCALE * (x > 0 ? x : SELU_ALPHA * std::expm1(x)); },
                            [](double x) { return SELU_SCALE * (x > 0 ? 1.0 : SELU_ALPHA * std::exp(x)); })},
  };
  const auto found = known.find(name);
  if (found == known.end()) throw std::runtime_error("there is no activation '" + name + "'");
  return found->second;
}

class AtomicNetwork {
 public:
  explicit AtomicNetwork(const std::vector<Layer> &given) {
    for (const Layer &layer : given) layers.emplace_back(layer);
  }

  // The output for the inputs, which are replaced by the slopes of the output with respect to them.
  double evaluate(std::vector<double> &inputs) {
    const double *x = inputs.data();
    for (DenseLayer &layer : layers) x = layer.forward(x);
    const double output = x[0];
    const double one = 1.0, *slopes = &one;
    for (size_t k = layers.size(); k-- > 0;) slopes = layers[k].backward(slopes);
    for (size_t k = 0; k < inputs.size(); k++) inputs[k] = slopes[k];
    return output;
  }

 private:
  struct DenseLayer {
    int n_in, n_out, in_blocks, out_blocks;
    Activation activation;
    std::vector<Vec> bias, weights, transposed;    // rows of whole blocks, filled up with zeros
    std::vector<Vec> outputs, slopes, in_slopes;  // slopes: of the activation

    explicit DenseLayer(const Layer &layer)
        : n_in(layer.n_in),
          n_out(layer.n_out),
          in_blocks((n_in + LANES - 1) / LANES),
          out_blocks((n_out + LANES - 1) / LANES),
          activation(find_activation(layer.activation)),
          bias(out_blocks),
          weights(n_in * out_blocks),
          transposed(n_out * in_blocks),
          outputs(out_blocks),
          slopes(out_blocks),
          in_slopes(in_blocks) {
      for (int out = 0; out < n_out; out++) {
        bias[out / LANES][out % LANES] = layer.bias[out];
        for (int in = 0; in < n_in; in++) {
          const double weight = layer.weights[in * n_out + out];
          weights[in * out_blocks + out / LANES][out % LANES] = weight;
          transposed[out * in_blocks + in / LANES][in % LANES] = weight;
        }
      }
    }

    const double *forward(const double *x) {
      outputs = bias;
      for (int in = 0; in < n_in; in++)
        for (int b = 0; b < out_blocks; b++) outputs[b] += x[in] * weights[in * out_blocks + b];
      for (int b = 0; b < out_blocks; b++) activation(Vec(outputs[b]), outputs[b], slopes[b]);
      return (const double *) outputs.data();
    }

    const double *backward(const double *out_slopes) {
      in_slopes.assign(in_blocks, Vec{});
      for (int out = 0; out < n_out; out++) {
        const double slope = out_slopes[out] * slopes[out / LANES][out % LANES];
        for (int b = 0; b < in_blocks; b++) in_slopes[b] += slope * transposed[out * in_blocks + b];
      }
      return (const double *) in_slopes.data();
    }
  };

  std::vector<DenseLayer> layers;
};

}  // namespace atomzoo
