// Reads the text of a potential; see network_text.py, which writes it.
#pragma once

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <istream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace atomzoo {

constexpr int VERSION = 1;

struct CutoffFunction {
  std::string name;  // cosine, tanh or polynomial
  double inner_fraction = 0.0;
  bool normalized = false;
  int order = 0;

  bool operator==(const CutoffFunction &other) const {
    return name == other.name && inner_fraction == other.inner_fraction && normalized == other.normalized &&
        order == other.order;
  }
};

struct Function {
  std::string kind, text;
  double cutoff, eta = 0.0, rs = 0.0, kappa = 0.0, zeta = 1.0, lambda = 1.0;
  double rlow = 0.0, thetalow = 0.0, thetahigh = 180.0;
  std::string subtype = "p2";
  int order = 0;
  std::vector<int> neighbors;   // G1 to G5, C2 to C5 without weights: one element, or two
  std::vector<double> weights;  // others: of each element

  bool is_compact() const { return kind[0] == 'C'; }
};

struct Input {  // of a network: (G - offset) * factor, G a function; the range of G in the training data
  int function;
  double offset, factor, smallest, largest;
};

struct Layer {
  std::string activation;
  int n_in, n_out;
  std::vector<double> bias, weights;  // weights[in * n_out + out]
};

struct ElementNetwork {
  double energy_shift;
  std::vector<Input> inputs;
  std::vector<Layer> layers;
};

struct Core {
  struct Radii {
    double inner, outer;  // A
  };
  std::vector<int> numbers;  // atomic, in the order of the elements; empty if there is no core
  std::vector<Radii> radii;  // radii[first * n + second] of a pair of the n elements
};

struct NetworkFile {
  std::vector<std::string> elements;
  CutoffFunction cutoff_function;
  bool double_count;
  double energy_scale;
  Core core;
  std::vector<Function> functions;
  std::vector<ElementNetwork> networks;  // in the order of the elements
};

class Reader {
 public:
  // `name`: of what is read, for messages.
  Reader(std::istream &stream, const std::string &name) : name(name), stream(stream) {}

  NetworkFile read() {
    NetworkFile file;
    if (integer(line("nn/manybody", 1)[1], 0) != VERSION) fail("only version " + std::to_string(VERSION) + " is known");
    file.elements = line("elements");
    file.elements.erase(file.elements.begin());
    if (file.elements.empty()) fail("an element must be named");
    if (std::set<std::string>(file.elements.begin(), file.elements.end()).size() < file.elements.size())
      fail("an element is named twice");
    file.cutoff_function = cutoff_function();
    const int count = integer(line("pair_count", 1)[1], 1);
    if (count > 2) fail("pair_count must be 1 or 2");
    file.double_count = count == 2;
    file.energy_scale = number(line("energy_scale", 1)[1]);
    Words words = line();
    if (words[0] == "core") {
      file.core = core(words, file.elements.size());
      words = line();
    }
    const int n_functions = integer(checked(words, "functions", 1)[1], 1);
    for (int k = 0; k < n_functions; k++) file.functions.push_back(function(file.elements));
    for (const std::string &element : file.elements) file.networks.push_back(network(element, n_functions));
    line("end", 0);
    return file;
  }

  // Whether anything but blanks and comments follows.
  bool has_more() {
    for (int next; (next = stream.peek()) != EOF;) {
      if (next != '#' && !std::isspace(next)) return true;
      if (next == '#' || next == '\n') {
        std::getline(stream, text);
        line_number++;
      } else {
        stream.get();
      }
    }
    return false;
  }

 private:
  typedef std::vector<std::string> Words;
  std::string name, text;
  std::istream &stream;
  int line_number = 0;

  [[noreturn]] void fail(const std::string &reason) const {  // in which there may be a damaged word of any length
    const std::string cut = reason.size() > 200 ? reason.substr(0, 200) + "..." : reason;
    throw std::runtime_error(name + ", line " + std::to_string(line_number) + ": " + cut);
  }

  Words line() {
    while (std::getline(stream, text)) {
      line_number++;
      text = text.substr(0, text.find('#'));
      std::istringstream rest(text);
      Words words;
      for (std::string word; rest >> word;) words.push_back(word);
      if (!words.empty()) return words;
    }
    line_number++;
    fail("the file ends too early");
  }

  // The next line, which begins with a keyword and has `n` words more (any number if n < 0).
  Words line(const std::string &keyword, int n = -1) { return checked(line(), keyword, n); }

  Words checked(const Words &words, const std::string &keyword, int n) const {
    if (words[0] != keyword) fail("'" + keyword + "' must stand here, not '" + words[0] + "'");
    if (n >= 0 && int(words.size()) != n + 1) fail("'" + keyword + "' takes " + std::to_string(n) + " values");
    return words;
  }

  double any_number(const std::string &word) const {  // infinity too
    double value;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || std::isnan(value))
      fail("'" + word + "' is not a number");
    return value;
  }

  double number(const std::string &word) const {
    const double value = any_number(word);
    if (!std::isfinite(value)) fail("'" + word + "' is not finite");
    return value;
  }

  int integer(const std::string &word, int smallest) const {
    const double value = number(word);
    if (value != std::floor(value) || value < smallest || value > 1e9) fail("'" + word + "' is not a possible number");
    return int(value);
  }

  std::vector<double> numbers(const Words &words, int n) const {
    if (int(words.size()) != n) fail(std::to_string(n) + " numbers must stand here, not " + std::to_string(words.size()));
    std::vector<double> values;
    for (const std::string &word : words) values.push_back(number(word));
    return values;
  }

  CutoffFunction cutoff_function() {
    const Words words = line("cutoff_function");
    CutoffFunction found;
    if (words.size() < 2 || words.size() % 2) fail("a cutoff function is a name and pairs of a key and a value");
    found.name = words[1];
    if (found.name != "cosine" && found.name != "tanh" && found.name != "polynomial")
      fail("there is no cutoff function '" + found.name + "'");
    for (size_t k = 2; k < words.size(); k += 2) {
      if (words[k] == "inner_fraction") found.inner_fraction = number(words[k + 1]);
      else if (words[k] == "normalized") found.normalized = integer(words[k + 1], 0);
      else if (words[k] == "order") found.order = integer(words[k + 1], 1);
      else fail("a cutoff function has no key '" + words[k] + "'");
    }
    if (found.name == "polynomial" && (found.order < 1 || found.order > 4)) fail("the order must be 1 to 4");
    if (!(found.inner_fraction >= 0 && found.inner_fraction < 1)) fail("inner_fraction must lie in [0, 1)");
    return found;
  }

  Core core(const Words &words, size_t n) const {
    size_t k = 3 + n;
    if (words.size() != k + 1 + n * (n + 1) || words[1] != "zbl" || words[2] != "numbers" || words[k] != "radii")
      fail("a core is zbl, numbers, one of each element, radii, and two of each pair of elements");
    Core found;
    for (size_t a = 0; a < n; a++) found.numbers.push_back(integer(words[3 + a], 1));
    found.radii.resize(n * n);
    for (size_t a = 0; a < n; a++)
      for (size_t b = a; b < n; b++, k += 2) {
        const Core::Radii radii{number(words[k + 1]), number(words[k + 2])};
        if (!(radii.inner >= 0 && radii.inner < radii.outer)) fail("the radii must be 0 <= inner < outer");
        found.radii[a * n + b] = found.radii[b * n + a] = radii;
      }
    return found;
  }

  int element_index(const std::string &symbol, const Words &elements) const {
    for (size_t k = 0; k < elements.size(); k++)
      if (elements[k] == symbol) return k;
    fail("there is no element '" + symbol + "'");
  }

  Function function(const Words &elements) {
    static const std::map<std::string, int> kinds = {{"G1", 1}, {"G2", 1}, {"G3", 1}, {"G4", 2},
                                                     {"G5", 2}, {"T2", 0}, {"T3", 0}, {"C2", 1},
                                                     {"C4", 2}, {"C5", 2}};
    const Words words = line();
    Function found;
    found.kind = words[0];
    if (!kinds.count(found.kind)) fail("there is no function '" + found.kind + "'");
    found.text = text.substr(0, text.find_last_not_of(" \t\r") + 1);
    found.weights.assign(elements.size(), kinds.at(found.kind) ? 0.0 : 1.0);
    std::map<std::string, double *> keys = {{"cutoff", &found.cutoff}, {"eta", &found.eta},   {"rs", &found.rs},
                                            {"kappa", &found.kappa},   {"zeta", &found.zeta}, {"lambda", &found.lambda},
                                            {"rlow", &found.rlow},     {"thetalow", &found.thetalow},
                                            {"thetahigh", &found.thetahigh}};
    found.cutoff = 0.0;
    bool is_weighted = !kinds.at(found.kind);
    for (size_t k = 1; k < words.size(); k++) {
      const bool has_value = k + 1 < words.size();
      if (words[k] == "neighbors") {
        while (++k < words.size()) found.neighbors.push_back(element_index(words[k], elements));
      } else if (words[k] == "weights") {
        found.weights.assign(elements.size(), 0.0);
        for (; k + 2 < words.size(); k += 2) found.weights[element_index(words[k + 1], elements)] = number(words[k + 2]);
        k++;
        is_weighted = is_weighted || found.is_compact();
      } else if (words[k] == "subtype" && has_value) {
        found.subtype = words[++k];
      } else if (words[k] == "order" && has_value) {
        found.order = integer(words[++k], 0);
        if (found.order > (found.kind == "T3" ? 50 : 500)) fail("the order is too large");
      } else if (keys.count(words[k]) && has_value) {
        *keys[words[k]] = number(words[k + 1]);
        k++;
      } else {
        fail("a function has no key '" + words[k] + "', or it has no value");
      }
    }
    if (!(found.cutoff >= 0.1 && found.cutoff <= 100)) fail("the cutoff must be from 0.1 to 100 A");
    if (found.zeta < 1 || std::abs(found.lambda) != 1) fail("zeta must be at least 1, and lambda 1 or -1");
    const int n_neighbors = is_weighted ? 0 : kinds.at(found.kind);
    if (int(found.neighbors.size()) != n_neighbors)
      fail(found.kind + " counts " + std::to_string(n_neighbors) + " kinds of neighbors");
    if (found.is_compact()) check_ranges(found);
    return found;
  }

  // Beyond 0 and 180 degrees a range must have its center there, where slopes are 0.
  void check_ranges(const Function &f) const {
    static const std::set<std::string> subtypes = {"p1", "p2", "p3", "p4", "p1a", "p2a", "p3a", "p4a", "e"};
    if (!subtypes.count(f.subtype)) fail("there is no subtype '" + f.subtype + "'");
    const bool is_low = f.thetalow >= 0 || f.thetalow == -f.thetahigh;
    const bool is_high = f.thetahigh <= 180 || f.thetalow == 360 - f.thetahigh;
    if (!(f.rlow < f.cutoff && f.thetalow < f.thetahigh && is_low && is_high)) fail("the range is not a possible one");
  }

  ElementNetwork network(const std::string &element, int n_functions) {
    if (line("element", 1)[1] != element) fail("the network of '" + element + "' must stand here");
    ElementNetwork found;
    found.energy_shift = number(line("energy_shift", 1)[1]);
    const int n_inputs = integer(line("inputs", 1)[1], 1);
    for (int k = 0; k < n_inputs; k++) {
      const Words words = line();
      if (words.size() != 5) fail("an input is a function, offset, factor, smallest and largest value");
      const int function = integer(words[0], 0);
      if (function >= n_functions) fail("there is no function " + words[0]);
      found.inputs.push_back(
          {function, number(words[1]), number(words[2]), any_number(words[3]), any_number(words[4])});
    }
    const int n_layers = integer(line("layers", 1)[1], 1);
    for (int k = 0; k < n_layers; k++) found.layers.push_back(layer(k ? found.layers.back().n_out : n_inputs));
    if (found.layers.back().n_out != 1) fail("the last layer must have one node");
    return found;
  }

  Layer layer(int n_in) {
    const Words words = line("layer", 3);
    Layer found{words[1], integer(words[2], 1), integer(words[3], 1), {}, {}};
    if (found.n_in != n_in) fail("the layer must have " + std::to_string(n_in) + " inputs");
    found.bias = numbers(line(), found.n_out);
    for (int k = 0; k < n_in; k++) {
      const std::vector<double> row = numbers(line(), found.n_out);
      found.weights.insert(found.weights.end(), row.begin(), row.end());
    }
    return found;
  }
};

}  // namespace atomzoo
