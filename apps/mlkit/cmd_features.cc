// features: derived columns, learned once into a recipe (fit) and replayed on any other rows (apply).
#include "command.h"
#include "feature_groups.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/features/write_features.h"
#include "mlkit/io/features_json.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {
namespace {

class Features : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  int fit(Session& session);
  int apply(Session& session);
  CsvReadOptions reading() const;
  void refuse_options(const std::string& what, const std::string& hint) const;
  FeatureRecipe plan(const Table& table, const std::vector<std::string>& classes, std::uint64_t seed) const;
  void check_training_rows(const FeatureRecipe& recipe, const FeatureStreamReport& report) const;

  std::string what_;
  std::string input_;
  std::string output_;
  std::string recipe_;
  std::string columns_;
  std::optional<FeatureGroups> groups_;
  FeatureOptions options_;
  bool allow_training_rows_ = false;
  TableInOptions table_in_;
};

void Features::declare(FieldList& arguments, FieldList& options) {
  arguments.add("what", what_,
                {.help = "fit learns a recipe from training rows, apply replays it on other rows",
                 .value_name = "WHAT",
                 .choices = {"fit", "apply"}});
  arguments.add("in", input_, {.help = "the table; - is standard input", .value_name = "IN", .file = FileUse::kReads});
  // (apply only reads it: this keeps it apart from the other files all the same.)
  options.add("recipe", recipe_,
              {.help = "what was asked for and learned, as JSON: written by fit, read by apply",
               .value_name = "FILE",
               .file = FileUse::kWrites,
               .required = true});
  options.add("output", output_,
              {.help = "the table with its features (apply: standard output); of fit the training rows, target "
                       "encodings cross-fitted",
               .value_name = "OUT",
               .file = FileUse::kWrites,
               .short_name = 'o'});
  options.add("columns", columns_,
              {.help = "fit: groups of columns with options of their own, instead of those below (JSON: a list, or "
                       "\"features\" of a pipeline)",
               .value_name = "FILE",
               .file = FileUse::kReads});
  options.add_struct(options_);
  options.add("allow_training_rows", allow_training_rows_,
              {.help = "apply: also to the rows that target encodings were learned from"});
  table_in_.declare(options);
}

int Features::run(Session& session) {
  if (what_ == "fit") return fit(session);
  if (!columns_.empty()) throw_usage("--columns is for features fit", "the recipe knows its columns");
  refuse_options("is part of the recipe and has no place in features apply",
                 "give it to features fit, or edit the recipe");
  return apply(session);
}

// The target is read as texts, so that classes are verbatim; so is what is to be encoded. What the user declares comes
// first.
CsvReadOptions Features::reading() const {
  CsvReadOptions csv = table_in_.to_csv_options();
  csv.keep_records = true;
  csv.types_for = [this, given = csv.types](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types = given;
    std::vector<std::string> texts = groups_ ? groups_->text_columns() : text_columns_of(options_);
    if (!options_.target.empty()) texts.push_back(options_.target);
    for (const std::string& name : texts)
      types.emplace(header[column_index(header, name)], DeclaredType{ColumnType::kCategory, false});
    return types;
  };
  return csv;
}

int Features::fit(Session& session) {
  if (allow_training_rows_) throw_usage("--allow-training-rows is for features apply");
  if (!output_.empty()) session.require_output_beside_json(output_);
  session.require_output_beside_json(recipe_);
  if (!columns_.empty()) {
    const std::string target = std::exchange(options_.target, "");
    refuse_options("is an option of each group of --columns", "write it into " + columns_);
    options_.target = target;
    groups_ = FeatureGroups::read(columns_);
  }
  PreprocessOptions fill;
  fill.impute = options_.impute;
  validate_preprocess_options(fill);
  Context& context = session.context();
  const Table table = read_csv(input_, reading(), context);
  std::optional<FeatureFit> fit;
  name_file(input_ == "-" ? "standard input" : input_, [&] {
    Target target;
    if (!options_.target.empty()) {
      TrainOptions train;
      train.target = options_.target;
      target = read_target(table, train, context);
    }
    FeatureRecipe recipe = plan(table, target.classes, session.seed());
    if (recipe.has_target_steps()) recipe.fingerprint = fingerprint_of(recipe, table, context);
    fit = fit_features(std::move(recipe), table, {target.labels, target.numbers}, context);
  });
  const FeatureEncoder& encoder = fit->encoder();

  std::optional<OutputFile> data;
  if (!output_.empty()) {
    data.emplace(output_);
    name_file(input_, [&] { write_training_features(*fit, table, *data, context); });
  }
  OutputFile recipe(recipe_);
  recipe.write(json_text(feature_recipe_to_json(encoder.recipe())) + "\n");
  if (data) data->commit();
  recipe.commit();

  if (session.json()) {
    session.result("features", {{"what", "fit"},
                                {"rows", table.rows()},
                                {"columns_in", table.column_count()},
                                {"features", encoder.outputs()},
                                {"steps", features_to_json(encoder)}});
  } else if (!session.quiet() && output_ != "-" && recipe_ != "-") {
    session.print(render_features(encoder));
  }
  session.summary("features: " + count_of(encoder.outputs(), "feature") + " learned from " +
                  count_of(table.rows(), "row") + "; next: mlkit features apply NEW.csv --recipe " + recipe_ +
                  " -o OUT.csv");
  return 0;
}

FeatureRecipe Features::plan(const Table& table, const std::vector<std::string>& classes, std::uint64_t seed) const {
  return groups_ ? groups_->plan(table, options_.target, classes, seed) : plan_features(table, options_, classes, seed);
}

// Options about what is made, where something else says it.
void Features::refuse_options(const std::string& what, const std::string& hint) const {
  const Json given = struct_to_json(options_);
  const Json defaults = struct_to_json(FeatureOptions());
  for (const auto& [name, value] : given.items()) {
    if (value == defaults.at(name)) continue;
    std::string flag = name;
    for (char& c : flag) c = c == '_' ? '-' : c;
    throw_usage("--" + flag + " " + what, hint);
  }
}

void Features::check_training_rows(const FeatureRecipe& recipe, const FeatureStreamReport& report) const {
  if (allow_training_rows_ || report.fingerprint.empty() || report.fingerprint != recipe.fingerprint) return;
  throw Error(ErrorCode::kData,
              "these are the rows that the recipe was learned from: target encodings of them would hold their targets",
              {.file = input_ == "-" ? "standard input" : input_,
               .column = {},
               .hint = "features fit -o writes them cross-fitted; --allow-training-rows applies the recipe all the "
                       "same"});
}

int Features::apply(Session& session) {
  const std::string out_path = output_.empty() ? "-" : output_;
  session.require_output_beside_json(out_path);
  const FeatureEncoder encoder(read_feature_recipe(recipe_));
  OutputFile out(out_path);
  FeatureStreamReport report;
  name_file(input_ == "-" ? "standard input" : input_, [&] {
    report =
        write_features(encoder, input_, feature_reading(encoder, table_in_.to_csv_options()), out, session.context());
  });
  check_training_rows(encoder.recipe(), report);
  out.commit();

  Json unknown = Json::object();
  Json words = Json::object();
  for (std::size_t i = 0; i < encoder.recipe().steps.size(); ++i) {
    const FeatureStep& step = encoder.recipe().steps[i];
    if (report.counts.unknown[i] > 0 && !unknown.contains(step.column)) {
      unknown[step.column] = report.counts.unknown[i];
      session.context().warn("column \"" + step.column + "\": " + with_thousands(report.counts.unknown[i]) +
                             (report.counts.unknown[i] == 1 ? " cell holds" : " cells hold") +
                             " a text that the recipe does not know");
    }
    if (report.counts.tokens[i] > 0) {
      words[step.column] = {{"tokens", report.counts.tokens[i]}, {"unknown", report.counts.unknown_tokens[i]}};
    }
  }
  if (session.json()) {
    session.result("features", {{"what", "apply"},
                                {"rows", report.rows},
                                {"columns_out", report.columns},
                                {"features", encoder.outputs()},
                                {"unknown_levels", unknown},
                                {"words", words}});
  }
  const std::string where =
      out_path == "-" ? "" : " in " + output_ + "; next: mlkit train " + output_ + " --target COL -o MODEL";
  session.summary("features: " + count_of(report.rows, "row") + ", " + count_of(report.columns, "column") + where);
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_features() { return std::make_unique<Features>(); }

}  // namespace mlkit::app
