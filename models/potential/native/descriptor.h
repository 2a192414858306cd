// The symmetry functions of one element's atoms, and the forces that follow from their slopes.
#pragma once

#include <vector>

#include "angular_functions.h"
#include "neighborhood.h"
#include "network_file.h"
#include "radial_factors.h"
#include "triplet_functions.h"

namespace atomzoo {

class Descriptor {
 public:
  Descriptor(const NetworkFile &file, const std::vector<Input> &inputs)
      : n_elements(file.elements.size()),
        factors(file.cutoff_function),
        angular(n_elements, file.double_count),
        triplets(file.cutoff_function, n_elements, file.double_count) {
    for (size_t feature = 0; feature < inputs.size(); feature++) {
      const Function &function = file.functions[inputs[feature].function];
      cutoff = std::max(cutoff, function.cutoff);
      add(function, feature);
    }
    angular.prepare();
    sums.resize(factors.size() * n_elements);
    sum_slopes.resize(factors.size() * n_elements);
  }

  double largest_cutoff() const { return cutoff; }

  void evaluate(const Neighborhood &near, std::vector<double> &features) {
    const int n = factors.size();
    w.resize(near.n_blocks * n);
    r_slopes.resize(near.n_blocks * n);
    sums.assign(sums.size(), Vec{});
    for (int block = 0; block < near.n_blocks; block++) {
      factors.evaluate(near.r[block], near.inside[block], &w[block * n], &r_slopes[block * n]);
      Vec *sum = &sums[near.element[block] * n];
      for (int k = 0; k < n; k++) sum[k] += w[block * n + k];
    }
    features.assign(features.size(), 0.0);
    for (const RadialTerm &term : radial) features[term.feature] += term.weight * sum(sums[term.element * n + term.factor]);
    angular.evaluate(near, w.data(), n, features.data());
    triplets.evaluate(near, w.data(), n, features.data());
  }

  // The slope of the energy with respect to each displacement, in fx, fy, fz of `near`, from those of the features.
  void gradient(Neighborhood &near, const std::vector<double> &slopes) {
    const int n = factors.size();
    sum_slopes.assign(sum_slopes.size(), 0.0);
    for (const RadialTerm &term : radial) sum_slopes[term.element * n + term.factor] += slopes[term.feature] * term.weight;
    w_slopes.resize(near.n_blocks * n);
    for (int block = 0; block < near.n_blocks; block++)
      for (int k = 0; k < n; k++) w_slopes[block * n + k] = broadcast(sum_slopes[near.element[block] * n + k]);
    for (std::vector<Vec> *direct : {&dx, &dy, &dz}) direct->assign(near.n_blocks, Vec{});
    angular.gradient(near, w.data(), n, slopes.data(), w_slopes.data());
    triplets.gradient(near, w.data(), r_slopes.data(), n, slopes.data(), dx.data(), dy.data(), dz.data());
    for (int block = 0; block < near.n_blocks; block++) add_up(near, block);
  }

 private:
  struct RadialTerm {
    int feature, factor, element;
    double weight;
  };

  int n_elements;
  double cutoff = 0.0;
  RadialFactors factors;
  AngularFunctions angular;
  TripletFunctions triplets;
  std::vector<RadialTerm> radial;
  std::vector<Vec> w, r_slopes, w_slopes, sums, dx, dy, dz;  // of w: n_factors for each block
  std::vector<double> sum_slopes;

  void add(const Function &function, int feature) {
    const int factor = factors.add(function);
    if (AngularFunctions::takes(function)) {
      angular.add(function, factor, feature);
    } else if (function.neighbors.size() == 2 || function.kind == "C4" || function.kind == "C5") {
      triplets.add(function, factor, feature);
    } else if (function.neighbors.empty()) {  // weighted
      for (int e = 0; e < n_elements; e++) radial.push_back({feature, factor, e, function.weights[e]});
    } else {
      radial.push_back({feature, factor, function.neighbors[0], 1.0});
    }
  }

  // Of a block, from slopes with respect to factors and unit vector to that with respect to the displacement.
  void add_up(Neighborhood &near, int block) {
    const int n = factors.size();
    const Vec x = near.x[block], y = near.y[block], z = near.z[block];
    Vec along = Vec{};
    for (int k = 0; k < n; k++) along += w_slopes[block * n + k] * r_slopes[block * n + k];
    const Vec inverse = near.inverse_length(block);
    along -= (near.fx[block] * x + near.fy[block] * y + near.fz[block] * z) * inverse;
    near.fx[block] = near.fx[block] * inverse + along * x + dx[block];
    near.fy[block] = near.fy[block] * inverse + along * y + dy[block];
    near.fz[block] = near.fz[block] * inverse + along * z + dz[block];
  }
};

}  // namespace atomzoo
