// Evaluates functions of the plugin: `primitives KIND NAME ...` reads numbers x and prints a value and a slope for each.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "angular_part.h"
#include "atomic_network.h"
#include "compact_profile.h"
#include "radial_factors.h"

using namespace atomzoo;

static void evaluate(int argc, char **argv, Vec x, Vec &value, Vec &slope) {
  const std::string kind = argv[1];
  if (kind == "exponential") {
    value = slope = exponential(x);
  } else if (kind == "half_turn") {
    half_turn(x, value, slope);
  } else if (kind == "activation") {
    find_activation(argv[2])(x, value, slope);
  } else if (kind == "compact") {  // compact LOW HIGH SUBTYPE, a function of x
    CompactProfile(std::atof(argv[2]), std::atof(argv[3]), argv[4]).evaluate(x, value, slope);
  } else if (kind == "angular") {  // angular LOW HIGH SUBTYPE, a function of the angle, whose cosine is x
    Function function{"C5", ""};
    function.thetalow = std::atof(argv[2]), function.thetahigh = std::atof(argv[3]), function.subtype = argv[4];
    AngularPart(function).evaluate(Angles::of(x, true), value, slope);
  } else if (argc == 7) {  // cutoff NAME RADIUS INNER_FRACTION NORMALIZED ORDER
    const CutoffFunction function{argv[2], std::atof(argv[4]), std::atoi(argv[5]) != 0, std::atoi(argv[6])};
    Cutoff(function, std::atof(argv[3])).evaluate(x, value, slope);
  }
}

int main(int argc, char **argv) {
  for (double number; std::scanf("%lf", &number) == 1;) {
    Vec value, slope;
    evaluate(argc, argv, broadcast(number), value, slope);
    for (int lane = 1; lane < LANES; lane++)
      if (std::memcmp(&value[0], (double *) &value + lane, sizeof(double))) return 1;
    std::printf("%.17g %.17g\n", value[0], slope[0]);
  }
}
