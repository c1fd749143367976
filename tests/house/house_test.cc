// Rules of the tree that only hold while a tool checks them: who may include whom, where third-party
// headers may appear, calls that must not, and that every source is listed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace mlkit {
namespace {

namespace fs = std::filesystem;

const fs::path kTop = MLKIT_SOURCE_DIR;

struct Line {
  std::string file;  // from the top
  std::size_t number;
  std::string text;  // without what follows //
};

bool is_source(const fs::path& path) { return path.extension() == ".cc" || path.extension() == ".h"; }

std::vector<fs::path> sources(const std::vector<std::string>& folders) {
  std::vector<fs::path> out;
  for (const std::string& folder : folders) {
    if (!fs::exists(kTop / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kTop / folder)) {
      if (entry.is_regular_file() && is_source(entry.path())) out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Line> lines_of(const std::vector<fs::path>& files) {
  std::vector<Line> out;
  for (const fs::path& path : files) {
    std::ifstream file(path);
    const std::string name = fs::relative(path, kTop).string();
    std::size_t number = 0;
    for (std::string text; std::getline(file, text);) {
      const std::size_t comment = text.find("//");
      out.push_back({name, ++number, text.substr(0, comment)});
    }
  }
  return out;
}

// include/mlkit/data/x.h, src/data/x.cc -> data; apps/mlkit/x.cc -> apps.
std::string layer_of(const std::string& file) {
  const fs::path path(file);
  auto part = path.begin();
  if (*part == "apps") return "apps";
  ++part;
  if (path.begin()->string() == "include") ++part;
  return part->string();
}

// What each layer may include beside itself: only downwards.
std::map<std::string, std::set<std::string>> allowed_layers() {
  std::map<std::string, std::set<std::string>> allowed;
  const auto below = [&](const std::vector<std::string>& layers) {
    std::set<std::string> out;
    for (const std::string& layer : layers) {
      out.insert(layer);
      out.insert(allowed[layer].begin(), allowed[layer].end());
    }
    return out;
  };
  allowed["base"] = {};
  allowed["parallel"] = below({"base"});
  allowed["data"] = below({"parallel"});
  allowed["resample"] = below({"data"});
  allowed["simulate"] = below({"data"});
  for (const char* layer : {"steps", "model", "eval", "drift", "profile"}) allowed[layer] = below({"data"});
  // Metrics look at predictions, quantized kernels at models.
  const std::vector<std::string> middle = {"steps", "model", "eval", "drift", "profile"};
  for (const char* layer : {"clean", "features", "quant"}) allowed[layer] = below(middle);
  allowed["recommend"] = below({"features"});
  allowed["pipeline"] = below({"clean", "features", "quant"});
  allowed["train"] = below({"pipeline"});
  allowed["io"] = below({"pipeline", "recommend"});
  allowed["serve"] = below({"io"});
  allowed["workflow"] = below({"train", "resample"});
  allowed["apps"] = below({"workflow", "serve", "simulate"});
  return allowed;
}

TEST(House, IncludesOnlyGoDown) {
  const auto allowed = allowed_layers();
  const std::regex include(R"re(^\s*#\s*include\s*"mlkit/([a-z]+)/)re");
  for (const Line& line : lines_of(sources({"include", "src", "apps"}))) {
    std::smatch match;
    if (!std::regex_search(line.text, match, include)) continue;
    const std::string from = layer_of(line.file);
    const std::string to = match[1];
    ASSERT_TRUE(allowed.contains(from)) << line.file << ": a folder that the list of layers does not name";
    EXPECT_TRUE(from == to || allowed.at(from).contains(to))
        << line.file << ":" << line.number << ": " << from << " must not include " << to;
  }
}

TEST(House, ThirdPartyHeadersStayInTheirPlaces) {
  struct Rule {
    std::regex header;
    std::regex where;
  };
  const std::vector<Rule> rules = {
      {std::regex("<nlohmann/"), std::regex("^(include/mlkit|src)/(io|serve)/")},
      {std::regex("<(CLI|spdlog)/"), std::regex("^apps/")},
      {std::regex("<(sys/socket|netinet|arpa/inet|netdb|boost/)"), std::regex("^apps/")},
      {std::regex("<(Eigen|unsupported/Eigen)/"), std::regex("^$")},  // the oracle of tests/train only
      {std::regex("<sqlite3"), std::regex("^apps/mlkit/runs_ledger\\.cc$")},
      {std::regex("<libfccp/"), std::regex("^src/[a-z_/]+\\.cc")},
  };
  std::set<std::string> csv_parser_files;
  for (const Line& line : lines_of(sources({"include", "src", "apps"}))) {
    if (line.text.find("#include") == std::string::npos) continue;
    if (line.text.find("libfccp") != std::string::npos) csv_parser_files.insert(line.file);
    for (const Rule& rule : rules) {
      if (!std::regex_search(line.text, rule.header)) continue;
      EXPECT_TRUE(std::regex_search(line.file, rule.where)) << line.file << ":" << line.number << ": " << line.text;
    }
  }
  EXPECT_LE(csv_parser_files.size(), 1u) << "fast-cpp-csv-parser belongs into one file";
}

// A name in a line: `std` says whether std:: stands before it, `called` whether a parenthesis follows.
struct Name {
  std::string text;
  bool std = false;
  bool called = false;
};

std::vector<Name> names_in(const std::string& line) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  std::vector<Name> names;
  for (std::size_t begin = 0; begin < line.size();) {
    if (!is_part(line[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < line.size() && is_part(line[end])) ++end;
    const std::size_t next = line.find_first_not_of(" \t", end);
    names.push_back({line.substr(begin, end - begin), begin >= 5 && line.compare(begin - 5, 5, "std::") == 0,
                     next != std::string::npos && line[next] == '('});
    begin = end;
  }
  return names;
}

// (By names and not by one regular expression: std::regex takes ten seconds for the tree.)
TEST(House, NoCallThatDependsOnLocaleLibraryOrMachine) {
  const std::set<std::string> calls = {
      "strtod", "strtof", "strtol", "strtold", "strtoll", "strtoul", "strtoull", "stod", "stof", "stoi", "stol", "atof",
      "atoi", "atol", "sprintf", "vsprintf", "strcpy", "strcat", "gets", "sscanf", "system", "popen", "setlocale",
      "rand", "srand", "random_shuffle",
      // Other bits on other processors; the static program has none of them (apps/mlkit/sqlite_parts.cc).
      "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh"};
  const std::set<std::string> of_std = {"shuffle", "async", "random_device", "mt19937", "mt19937_64"};
  const std::set<std::string> library_calls = {"abort", "_exit", "printf", "fprintf", "puts"};
  const std::set<std::string> library_std = {"exit",  "abort", "quick_exit", "cout", "cerr", "clog", "exp", "log",
                                             "log1p", "expm1", "pow",        "sin",  "cos",  "tan",  "tanh"};
  for (const Line& line : lines_of(sources({"include", "src", "apps"}))) {
    const std::string place = line.file + ":" + std::to_string(line.number) + ": " + line.text;
    const bool library = line.file.rfind("apps/", 0) != 0;
    for (const Name& name : names_in(line.text)) {
      const bool refused = (name.called && calls.contains(name.text)) || (name.std && of_std.contains(name.text)) ||
                           name.text.ends_with("_distribution") || name.text == "__int128" ||
                           (library && name.called && library_calls.contains(name.text)) ||
                           (library && name.std && library_std.contains(name.text));
      EXPECT_FALSE(refused) << place;
    }
    for (const char* text : {"using namespace std", "march=native", "ffast-math"}) {
      EXPECT_EQ(line.text.find(text), std::string::npos) << place;
    }
  }
}

// Every .cc stands in the list beside it: what nobody lists is neither built nor run.
TEST(House, EverySourceIsListed) {
  const auto listed_in = [](const fs::path& list, const std::string& name) {
    std::ifstream file(list);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return std::regex_search(text, std::regex("(^|[\\s/])" + std::regex_replace(name, std::regex("\\."), "\\.")));
  };
  for (const fs::path& path : sources({"src", "apps", "tests"})) {
    if (path.extension() != ".cc") continue;
    const std::string file = fs::relative(path, kTop).string();
    if (file.rfind("tests/support/", 0) == 0 || file.ends_with("_fuzz.cc")) continue;  // listed by a variable
    const fs::path list = file.rfind("src/", 0) == 0    ? path.parent_path() / "sources.cmake"
                          : file.rfind("apps/", 0) == 0 ? path.parent_path() / "CMakeLists.txt"
                                                        : path.parent_path() / "tests.cmake";
    EXPECT_TRUE(listed_in(list, path.filename().string())) << file << " is not in " << list.filename();
  }
}

// Headers whose claims are checked somewhere else than in tests/DIR/NAME_test.cc: mostly parts of one algorithm, which
// are tested as a whole. A new header needs its own test, or a line here that a reviewer sees.
const std::map<std::string, std::string> kTestedIn = {
    {"clean/clean_options", "tests/clean/clean_test.cc"},
    {"clean/clean_recipe", "tests/clean/clean_test.cc"},
    {"clean/clean_step", "tests/clean/clean_test.cc"},
    {"clean/duplicates", "tests/clean/clean_test.cc"},
    {"data/csv_columns", "tests/data/csv_read_test.cc"},
    {"data/csv_kernels", "tests/data/csv_index_test.cc"},
    {"data/csv_parse", "tests/data/csv_read_test.cc"},
    {"data/csv_records", "tests/data/csv_read_test.cc"},
    {"data/csv_scan", "tests/data/csv_index_test.cc"},
    {"data/dataset", "tests/features/preprocess_test.cc"},
    {"data/number_like", "tests/data/csv_read_test.cc"},
    {"data/table_source", "tests/data/csv_read_test.cc"},
    {"features/feature_fingerprint", "tests/features/write_features_test.cc"},
    {"features/feature_options", "tests/features/fit_features_test.cc"},
    {"eval/cluster_profiles", "tests/eval/clustering_test.cc"},
    {"eval/confusion", "tests/eval/metrics_golden_test.cc"},
    {"eval/probability", "tests/eval/metrics_golden_test.cc"},
    {"eval/regression", "tests/eval/metrics_test.cc"},
    {"io/item_index_file", "tests/recommend/sealed_index_test.cc"},
    {"model/affine", "tests/model/linear_models_test.cc"},
    {"model/calibration", "tests/train/fit_calibration_test.cc"},
    {"model/centroids", "tests/model/cluster_models_test.cc"},
    {"model/kd_tree", "tests/model/cluster_models_test.cc"},
    {"model/model", "tests/model/linear_models_test.cc"},
    {"model/naive_bayes_model", "tests/train/fit_naive_bayes_test.cc"},
    {"model/pca_model", "tests/model/cluster_models_test.cc"},
    {"model/predictions", "tests/pipeline/pipeline_test.cc"},
    {"recommend/evaluate_views", "tests/recommend/search_test.cc"},
    {"recommend/item_index", "tests/recommend/catalogue_test.cc"},
    {"recommend/item_terms", "tests/recommend/catalogue_test.cc"},
    {"recommend/text_set", "tests/recommend/catalogue_test.cc"},
    {"steps/step", "tests/clean/clean_test.cc"},
    {"train/cholesky", "tests/train/eigen_oracle_test.cc"},
    {"train/column_descent", "tests/train/logistic_solvers_test.cc"},
    {"train/early_stopping", "tests/train/logistic_solvers_test.cc"},
    {"train/fit_elastic_net", "tests/train/logistic_solvers_test.cc"},
    {"train/fit_minibatch_kmeans", "tests/train/fit_kmeans_test.cc"},
    {"train/fit_report", "tests/train/fit_logistic_test.cc"},
    {"train/gradient_descent", "tests/train/logistic_solvers_test.cc"},
    {"train/l1_penalty", "tests/train/logistic_solvers_test.cc"},
    {"train/l1_quadratic", "tests/train/logistic_solvers_test.cc"},
    {"train/lbfgs", "tests/train/solvers_test.cc"},
    {"train/least_squares", "tests/train/eigen_oracle_test.cc"},
    {"train/logistic_objective", "tests/train/fit_logistic_test.cc"},
    {"train/newton", "tests/train/logistic_golden_test.cc"},
    {"train/proximal_newton", "tests/train/logistic_solvers_test.cc"},
    {"train/row_kernels", "tests/train/solvers_test.cc"},
    {"train/scaled_parameters", "tests/train/logistic_solvers_test.cc"},
    {"train/sparse_least_squares", "tests/train/fit_linear_test.cc"},
    {"train/stochastic_descent", "tests/train/logistic_solvers_test.cc"},
    {"workflow/compare_model", "tests/workflow/drift_reference_test.cc"},
    {"workflow/estimate_performance", "tests/workflow/drift_reference_test.cc"},
    {"workflow/out_of_fold_decision", "tests/workflow/train_pipeline_test.cc"},
    {"workflow/shared_rows", "tests/workflow/train_pipeline_test.cc"},
    {"workflow/table_hash", "tests/workflow/train_pipeline_test.cc"},
    {"workflow/unsupervised", "tests/workflow/cluster_rows_test.cc"},
};

TEST(House, EveryHeaderHasItsTest) {
  std::set<std::string> headers;
  for (const fs::path& path : sources({"include/mlkit"})) {
    const std::string name = fs::relative(path, kTop / "include/mlkit").replace_extension().string();
    headers.insert(name);
    const bool own = fs::exists(kTop / "tests" / (name + "_test.cc"));
    EXPECT_NE(own, kTestedIn.contains(name))
        << (own ? "has its own test, so its line in kTestedIn is out of date: " : "no tests/DIR/NAME_test.cc for ")
        << name;
  }
  for (const auto& [name, test] : kTestedIn) {
    EXPECT_TRUE(headers.contains(name)) << name << " is no header any more";
    EXPECT_TRUE(fs::exists(kTop / test)) << test << ", which is to test " << name;
  }
}

}  // namespace
}  // namespace mlkit
