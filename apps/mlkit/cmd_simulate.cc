// simulate: made-up tables of which the truth is known.
#include <cmath>
#include <map>
#include <set>

#include "command.h"
#include "model_report.h"
#include "simulation_truth.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {
namespace {

constexpr std::int64_t kMostRows = 1'000'000'000'000;
constexpr std::int64_t kMostProducts = 1'000'000'000;

// What each option is for: an option that its table has no use for is refused.
const std::map<std::string, std::set<std::string>>& options_of_kind() {
  static const std::map<std::string, std::set<std::string>> options = {
      {"classification",
       {"features", "informative", "redundant", "classes", "clusters", "weights", "noise", "separation", "missing",
        "categories"}},
      {"regression", {"features", "informative", "redundant", "noise", "missing", "categories"}},
      {"blobs", {"features", "clusters", "weights", "noise", "separation", "missing"}},
      {"products", {"missing"}},
      {"drift",
       {"features", "informative", "weights", "noise", "separation", "missing", "phases", "shift", "shifted", "kind",
        "transition", "width", "cycles", "only_phase"}},
  };
  return options;
}

class Simulate : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  void declare_shapes(FieldList& options);
  void declare_drift(FieldList& options);
  void check_options() const;
  std::vector<double> weights() const;
  MadeTable make(std::uint64_t seed) const;
  MadeTable make_drift(std::uint64_t seed) const;
  std::string next_command() const;

  std::string what_;
  std::string output_ = "-";
  std::int64_t rows_ = 1000;
  std::optional<std::int64_t> features_;
  std::optional<std::int64_t> informative_;
  std::optional<std::int64_t> redundant_;
  std::optional<std::int64_t> classes_;
  std::optional<std::int64_t> clusters_;
  std::vector<std::string> weights_;
  std::optional<double> noise_;
  std::optional<double> separation_;
  std::optional<double> missing_;
  std::optional<std::int64_t> categories_;
  std::optional<std::int64_t> phases_;
  std::optional<double> shift_;
  std::optional<std::int64_t> shifted_;
  std::optional<std::string> kind_;
  std::optional<std::string> transition_;
  std::optional<double> width_;
  std::optional<std::int64_t> cycles_;
  std::optional<std::int64_t> only_phase_;
  std::string truth_;
};

void Simulate::declare(FieldList& arguments, FieldList& options) {
  arguments.add("what", what_,
                {.help = "classification, regression, blobs, products or drift",
                 .value_name = "WHAT",
                 .choices = {"classification", "regression", "blobs", "products", "drift"}});
  options.add("output", output_,
              {.help = "the table", .value_name = "OUT", .file = FileUse::kWrites, .short_name = 'o'});
  options.add("rows", rows_, {.help = "number of rows", .value_name = "N", .range = between(0, kMostRows)});
  options.add("truth", truth_,
              {.help = "what is true of the table (JSON): coefficients, centres, change points, best accuracy, "
                       "rows whose label was replaced",
               .value_name = "FILE",
               .file = FileUse::kWrites});
  declare_shapes(options);
  declare_drift(options);
}

void Simulate::declare_shapes(FieldList& options) {
  const std::string group = "The table";
  const auto count = [&](std::string help, double from, double to) {
    return FieldInfo{.help = std::move(help), .value_name = "N", .range = between(from, to), .group = group};
  };
  const auto share = [&](std::string help, double below) {
    return FieldInfo{.help = std::move(help),
                     .value_name = "SHARE",
                     .range = {.min = 0, .max = below, .max_open = true},
                     .group = group};
  };
  const double most = kMostSimulatedColumns;
  options.add("features", features_, count("number columns x1, x2, .. (10; blobs 2, drift 5)", 1, most));
  options.add("informative", informative_, count("how many of them, from x1 on, say something (5; drift 3)", 1, most));
  options.add("redundant", redundant_, count("how many are linear combinations of those (2)", 0, most));
  options.add("categories", categories_, count("category columns c1, c2, .. that say something, too (0)", 0, most));
  options.add("classes", classes_, count("classes of the target (2)", 2, kMostSimulatedCentres));
  options.add("clusters", clusters_,
              count("clusters of each class (1), or number of blobs (3)", 1, kMostSimulatedCentres));
  options.add("weights", weights_,
              {.help = "shares of the classes (drift: in phase 1) or blobs, as 0.9,0.1 (even)",
               .value_name = "LIST",
               .group = group});
  options.add("separation", separation_,
              {.help = "distance of the two nearest centres, in standard deviations of a cluster (2; blobs 6)",
               .value_name = "SD",
               .range = above(0),
               .group = group});
  options.add(
      "noise", noise_,
      {.help = "share of labels replaced by another class (0), of rows in no blob (0); of a regression: standard "
               "deviation of the noise (1)",
       .range = between(0, 1e6),
       .group = group});
  options.add("missing", missing_, share("share of cells left out at random, of the target none (0)", 1));
}

void Simulate::declare_drift(FieldList& options) {
  const std::string group = "Drift";
  options.add("phases", phases_,
              {.help = "phases of different laws (2)", .value_name = "N", .range = between(1, 1000), .group = group});
  options.add("kind", kind_,
              {.help = "what changes: gaussian = both classes move; covariate = the inputs move, their meaning stays; "
                       "prior = the shares of the classes; concept = the meaning, the inputs stay (gaussian)",
               .choices = {"gaussian", "covariate", "prior", "concept"},
               .group = group});
  options.add(
      "shift", shift_,
      {.help = "how much from phase to phase: standard deviations of a column, log odds (prior), quarter turns of "
               "the boundary (concept) (1)",
       .value_name = "S",
       .range = between(0, 1000),
       .group = group});
  options.add("shifted", shifted_,
              {.help = "how many columns, from x1 on, move (those of --informative)",
               .value_name = "N",
               .range = between(0, kMostSimulatedColumns),
               .group = group});
  options.add("transition", transition_,
              {.help = "from phase to phase at once, row by row over --width, or in turn --cycles times (sudden)",
               .choices = {"sudden", "gradual", "recurring"},
               .group = group});
  options.add("width", width_,
              {.help = "length of a gradual transition, as a share of a phase (0.5)",
               .value_name = "SHARE",
               .range = {.min = 0, .max = 1, .min_open = true},
               .group = group});
  options.add(
      "cycles", cycles_,
      {.help = "how often recurring phases come (2)", .value_name = "N", .range = between(1, 1000), .group = group});
  options.add("only_phase", only_phase_,
              {.help = "write only the rows of this phase, without the column phase",
               .value_name = "P",
               .range = between(1, 1000),
               .group = group});
}

void Simulate::check_options() const {
  const std::map<std::string, bool> given = {
      {"features", features_.has_value()},     {"informative", informative_.has_value()},
      {"redundant", redundant_.has_value()},   {"classes", classes_.has_value()},
      {"clusters", clusters_.has_value()},     {"weights", !weights_.empty()},
      {"noise", noise_.has_value()},           {"separation", separation_.has_value()},
      {"missing", missing_.has_value()},       {"categories", categories_.has_value()},
      {"phases", phases_.has_value()},         {"shift", shift_.has_value()},
      {"shifted", shifted_.has_value()},       {"kind", kind_.has_value()},
      {"transition", transition_.has_value()}, {"width", width_.has_value()},
      {"cycles", cycles_.has_value()},         {"only_phase", only_phase_.has_value()},
  };
  const std::set<std::string>& taken = options_of_kind().at(what_);
  for (const auto& [name, is_given] : given) {
    if (!is_given || taken.contains(name)) continue;
    std::string flag = "--" + name;
    for (char& c : flag) c = c == '_' ? '-' : c;
    throw_usage(flag + " says nothing about " + what_, "leave it out");
  }
  if (what_ != "regression" && noise_.value_or(0) >= 1) throw_usage("--noise is a share here and must be below 1");
  if (width_ && transition_.value_or("") != "gradual") throw_usage("--width belongs to --transition gradual");
  if (cycles_ && transition_.value_or("") != "recurring") throw_usage("--cycles belongs to --transition recurring");
  if (what_ == "products" && rows_ > kMostProducts)
    throw_usage("--rows of products is at most " + with_thousands(static_cast<unsigned long long>(kMostProducts)));
}

std::vector<double> Simulate::weights() const {
  std::vector<double> out;
  for (const std::string& text : weights_) {
    double value = 0;
    if (parse_number(trim_blanks(text), value) != NumberStatus::kNumber || value <= 0) {
      throw_usage("--weights: \"" + text + "\" is not a number above 0", "give shares such as 0.9,0.1");
    }
    out.push_back(value);
  }
  return out;
}

template <class Target, class Value>
void take(Target& target, const std::optional<Value>& value) {
  if (value) target = *value;
}

// With fewer features than the default has parts, the parts shrink along, unless they are named.
template <class Options>
void take_columns(Options& options, const std::optional<std::int64_t>& features,
                  const std::optional<std::int64_t>& informative, const std::optional<std::int64_t>& redundant) {
  take(options.features, features);
  options.informative = informative.value_or(std::min(options.informative, options.features));
  options.redundant = redundant.value_or(
      std::min(options.redundant, std::max<std::int64_t>(options.features - options.informative, 0)));
}

MadeTable Simulate::make_drift(std::uint64_t seed) const {
  DriftSimulationOptions options;
  options.seed = seed;
  options.rows = static_cast<std::uint64_t>(rows_);
  take(options.features, features_);
  options.informative = informative_.value_or(std::min(options.informative, options.features));
  options.shifted = shifted_.value_or(options.informative);
  take(options.phases, phases_);
  take(options.shift, shift_);
  take(options.kind, kind_);
  take(options.transition, transition_);
  take(options.width, width_);
  take(options.cycles, cycles_);
  options.weights = weights();
  take(options.separation, separation_);
  take(options.noise, noise_);
  take(options.missing, missing_);
  take(options.only_phase, only_phase_);
  return made_table(std::make_unique<DriftSimulation>(options));
}

MadeTable Simulate::make(std::uint64_t seed) const {
  if (what_ == "drift") return make_drift(seed);
  if (what_ == "products") {
    ProductsOptions options;
    options.seed = seed;
    take(options.missing, missing_);
    return made_table(std::make_unique<ProductsSimulation>(options));
  }
  if (what_ == "blobs") {
    BlobsOptions options;
    options.seed = seed;
    take(options.features, features_);
    take(options.clusters, clusters_);
    options.weights = weights();
    take(options.noise, noise_);
    take(options.separation, separation_);
    take(options.missing, missing_);
    return made_table(std::make_unique<BlobsSimulation>(options));
  }
  if (what_ == "regression") {
    RegressionOptions options;
    options.seed = seed;
    take_columns(options, features_, informative_, redundant_);
    take(options.noise, noise_);
    take(options.missing, missing_);
    take(options.categories, categories_);
    return made_table(std::make_unique<RegressionSimulation>(options));
  }
  ClassificationOptions options;
  options.seed = seed;
  take_columns(options, features_, informative_, redundant_);
  take(options.classes, classes_);
  take(options.clusters, clusters_);
  options.weights = weights();
  take(options.noise, noise_);
  take(options.separation, separation_);
  take(options.missing, missing_);
  take(options.categories, categories_);
  return made_table(std::make_unique<ClassificationSimulation>(options));
}

std::string Simulate::next_command() const {
  if (output_ == "-") return {};
  if (what_ == "blobs") return "; next: mlkit cluster " + output_ + " -o clusters.csv";
  if (what_ == "products") return "; next: mlkit clean " + output_ + " -o clean.csv";
  if (what_ == "drift") {
    return "; next: mlkit train " + output_ + " --target target" + (only_phase_ ? "" : " --exclude phase") +
           " -o model.mlkit";
  }
  return "; next: mlkit split " + output_ + " --target target";
}

int Simulate::run(Session& session) {
  check_options();
  session.require_output_beside_json(output_);
  if (!truth_.empty()) session.require_output_beside_json(truth_);
  const MadeTable made = make(session.seed());
  OutputFile out(output_);
  std::optional<OutputFile> truth_file;
  if (!truth_.empty()) truth_file.emplace(truth_);
  const SimulationTally tally =
      write_simulation(*made.simulation, static_cast<std::uint64_t>(rows_), out, session.context());
  Json truth = truth_to_json(made, tally);
  truth["what"] = what_;
  truth["seed"] = session.seed();
  if (truth_file) {
    Json with_rows = truth;
    with_rows["flipped_rows"] = tally.flipped;
    truth_file->write(json_text(with_rows) + "\n");
  }
  out.commit();
  if (truth_file) truth_file->commit();
  if (session.json()) {
    Json result;
    result["what"] = what_;
    result["rows"] = tally.rows;
    for (const ColumnSpec& column : made.simulation->schema()) result["columns"].push_back(column.name);
    result["output"] = output_;
    result["truth"] = std::move(truth);
    session.result("simulate", std::move(result));
    return 0;
  }
  session.summary("simulate: " + count_of(tally.rows, "row") + " of " + what_ +
                  (output_ == "-" ? "" : " in " + output_) + next_command());
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_simulate() { return std::make_unique<Simulate>(); }

}  // namespace mlkit::app
