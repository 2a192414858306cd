// A potential: what its text says, ready to be evaluated atom by atom.
#pragma once

#include <istream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "atomic_network.h"
#include "descriptor.h"
#include "neighborhood.h"
#include "network_file.h"

namespace atomzoo {

class Potential {
 public:
  // `name`: of what is read, for messages.
  Potential(std::istream &text, const std::string &name) : file(Reader(text, name).read()) {
    try {
      for (const ElementNetwork &network : file.networks)
        atoms.push_back(std::make_unique<Atom>(file, network));
    } catch (const std::runtime_error &error) {
      throw std::runtime_error(name + ": " + error.what());
    }
  }

  const std::vector<std::string> &elements() const { return file.elements; }

  double cutoff(int element) const { return atoms[element]->descriptor.largest_cutoff(); }

  // The energy of an atom without neighbors and network (eV).
  double energy_shift(int element) const { return file.networks[element].energy_shift; }

  // The energy of an atom counted from this shift (eV); its slopes with respect to the displacements stand in `near`
  // afterwards.
  double evaluate(int element, Neighborhood &near) {
    const ElementNetwork &network = file.networks[element];
    Descriptor &descriptor = atoms[element]->descriptor;
    features.resize(network.inputs.size());
    descriptor.evaluate(near, features);
    slopes.resize(features.size());
    for (size_t k = 0; k < features.size(); k++)
      slopes[k] = (features[k] - network.inputs[k].offset) * network.inputs[k].factor;
    const double output = atoms[element]->network.evaluate(slopes);
    for (size_t k = 0; k < features.size(); k++) slopes[k] *= network.inputs[k].factor * file.energy_scale;
    descriptor.gradient(near, slopes);
    return file.energy_scale * output;
  }

  // How many symmetry functions of the atom evaluated last are outside their range in the training data.
  int count_outside(int element) const {
    const std::vector<Input> &inputs = file.networks[element].inputs;
    int outside = 0;
    for (size_t k = 0; k < inputs.size(); k++)
      outside += (features[k] < inputs[k].smallest) | (features[k] > inputs[k].largest);
    return outside;
  }

  // The values of its symmetry functions, each to the place of its number.
  void copy_features(int element, double *target) const {
    const std::vector<Input> &inputs = file.networks[element].inputs;
    for (size_t k = 0; k < inputs.size(); k++) target[inputs[k].function] = features[k];
  }

  // Of such an atom, the first such function in words.
  std::string first_outside(int element) const {
    const std::vector<Input> &inputs = file.networks[element].inputs;
    for (size_t k = 0; k < inputs.size(); k++)
      if (features[k] < inputs[k].smallest || features[k] > inputs[k].largest)
        return file.functions[inputs[k].function].text + " is " + std::to_string(features[k]) +
            ", outside its range in the training data, " + std::to_string(inputs[k].smallest) + " to " +
            std::to_string(inputs[k].largest);
    return "";
  }

 private:
  struct Atom {
    Descriptor descriptor;
    AtomicNetwork network;
    Atom(const NetworkFile &file, const ElementNetwork &given)
        : descriptor(file, given.inputs), network(given.layers) {}
  };

  NetworkFile file;
  std::vector<std::unique_ptr<Atom>> atoms;
  std::vector<double> features, slopes;
};

}  // namespace atomzoo
