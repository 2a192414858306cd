// A potential, or a committee of several with the same functions: what the text says, to be evaluated atom by atom.
#pragma once

#include <algorithm>
#include <istream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "atomic_network.h"
#include "descriptor.h"
#include "neighborhood.h"
#include "network_file.h"
#include "repulsive_core.h"

namespace atomzoo {

class Potential {
 public:
  // `name`: of what is read, for messages. The texts of the members of a committee follow each other.
  Potential(std::istream &text, const std::string &name) {
    Reader reader(text, name);
    std::vector<NetworkFile> files;
    do {
      files.push_back(reader.read());
    } while (reader.has_more());
    try {
      assemble(files);
    } catch (const std::runtime_error &error) {
      throw std::runtime_error(name + ": " + error.what());
    }
  }

  const std::vector<std::string> &elements() const { return first().elements; }

  int n_members() const { return members.size(); }

  double cutoff(int element) const {
    double radius = descriptors[element].largest_cutoff();
    for (const auto &member : members) radius = std::max(radius, member->core.largest_radius(element));
    return radius;
  }

  // The energy of an atom without neighbors and network (eV).
  double energy_shift(int element, int member = 0) const {
    return members[member]->file.networks[element].energy_shift;
  }

  // The symmetry functions of an atom, which all members share.
  void describe(int element, Neighborhood &near) {
    features.resize(first().networks[element].inputs.size());
    descriptors[element].evaluate(near, features);
  }

  // The energy of this atom by a member, counted from the shift (eV); its slopes with respect to the displacements
  // stand in `near` afterwards.
  double evaluate(int element, Neighborhood &near, int member = 0) {
    Member &own = *members[member];
    const std::vector<Input> &inputs = own.file.networks[element].inputs;
    slopes.resize(features.size());
    for (size_t k = 0; k < features.size(); k++) slopes[k] = (features[k] - inputs[k].offset) * inputs[k].factor;
    const double output = own.networks[element].evaluate(slopes);
    for (size_t k = 0; k < features.size(); k++) slopes[k] *= inputs[k].factor * own.file.energy_scale;
    near.clear_slopes();
    descriptors[element].gradient(near, slopes);
    return own.file.energy_scale * output + own.core.evaluate(element, near);
  }

  // The slope of one of the symmetry functions of this atom, with respect to the displacements, stands in `near`
  // afterwards. `input`: its place among those that the element's networks take.
  void differentiate(int element, size_t input, Neighborhood &near) {
    slopes.assign(features.size(), 0.0);
    slopes[input] = 1.0;
    near.clear_slopes();
    descriptors[element].gradient(near, slopes);
  }

  // The functions that the networks of an element take.
  const std::vector<Input> &inputs(int element) const { return first().networks[element].inputs; }

  // How many symmetry functions of this atom are outside their range in the training data of the first member.
  int count_outside(int element) const {
    int outside = 0;
    for (size_t k = 0; k < features.size(); k++) {
      const Input &input = inputs(element)[k];
      outside += (features[k] < input.smallest) | (features[k] > input.largest);
    }
    return outside;
  }

  // The values of its symmetry functions, each to the place of its number.
  void copy_features(int element, double *target) const {
    for (size_t k = 0; k < features.size(); k++) target[inputs(element)[k].function] = features[k];
  }

  // Of such an atom, the first such function in words.
  std::string first_outside(int element) const {
    for (size_t k = 0; k < features.size(); k++) {
      const Input &input = inputs(element)[k];
      if (features[k] < input.smallest || features[k] > input.largest)
        return first().functions[input.function].text + " is " + std::to_string(features[k]) +
            ", outside its range in the training data, " + std::to_string(input.smallest) + " to " +
            std::to_string(input.largest);
    }
    return "";
  }

 private:
  struct Member {
    NetworkFile file;
    RepulsiveCore core;
    std::vector<AtomicNetwork> networks;

    explicit Member(const NetworkFile &given) : file(given), core(given.core) {
      for (const ElementNetwork &network : file.networks) networks.emplace_back(network.layers);
    }
  };

  std::vector<std::unique_ptr<Member>> members;
  std::vector<Descriptor> descriptors;  // of each element
  std::vector<double> features, slopes;

  const NetworkFile &first() const { return members[0]->file; }

  void assemble(const std::vector<NetworkFile> &files) {
    for (const NetworkFile &file : files) {
      members.push_back(std::make_unique<Member>(file));
      if (!same_functions(first(), file))
        throw std::runtime_error("the networks of a committee must have the same elements and functions");
    }
    for (const ElementNetwork &network : first().networks) descriptors.emplace_back(first(), network.inputs);
  }

  static bool same_functions(const NetworkFile &a, const NetworkFile &b) {
    if (a.elements != b.elements || a.double_count != b.double_count || a.functions.size() != b.functions.size() ||
        !(a.cutoff_function == b.cutoff_function))
      return false;
    for (size_t k = 0; k < a.functions.size(); k++)
      if (a.functions[k].text != b.functions[k].text) return false;
    for (size_t e = 0; e < a.networks.size(); e++) {
      const std::vector<Input> &mine = a.networks[e].inputs, &others = b.networks[e].inputs;
      const auto same = [](const Input &one, const Input &two) { return one.function == two.function; };
      if (!std::equal(mine.begin(), mine.end(), others.begin(), others.end(), same)) return false;
    }
    return true;
  }
};

}  // namespace atomzoo
