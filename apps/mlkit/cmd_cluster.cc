// cluster: rows into groups; the fitted model can be saved and used by predict.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cluster_page.h"
#include "cluster_report.h"
#include "command.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/cluster_rows.h"
#include "mlkit/workflow/unsupervised.h"

namespace mlkit::app {
namespace {

class Cluster : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  void declare_fitting(FieldList& options);
  // Without its folder: outputs name no paths.
  std::string input_name() const { return input_ == "-" ? "standard input" : input_.substr(input_.rfind('/') + 1); }
  void check_method_options() const;
  void check_options();
  void write_dendrogram(const std::vector<Merge>& merges) const;
  DenseMatrix read_centers(const Table& table, const UnsupervisedRows& rows, Context& context) const;
  void write_labels(const std::vector<std::int32_t>& labels) const;
  void write_model(const Table& table, const UnsupervisedRows& rows, const Clustering& clustering,
                   Context& context) const;
  void finish(Session& session, const ClusterReport& report) const;

  std::string input_;
  std::string output_;
  UnsupervisedOptions rows_;
  ClusterOptions options_;
  std::optional<std::string> init_;
  std::optional<std::int64_t> max_iter_;
  std::optional<std::string> linkage_;
  std::string dendrogram_;
  std::string report_file_;
  std::string k_range_;
  bool centers_from_file_ = false;
  std::size_t first_k_ = 0;
  std::size_t last_k_ = 0;
  std::string model_out_;
  TableInOptions table_in_;
};

void Cluster::declare(FieldList& arguments, FieldList& options) {
  arguments.add("input", input_,
                {.help = "rows to cluster (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
  options.add("output", output_,
              {.help = "where the cluster of every row goes (standard output)",
               .value_name = "OUT",
               .file = FileUse::kWrites,
               .short_name = 'o'});
  options.add("method", options_.method,
              {.help = "how clusters are found", .choices = {"kmeans", "minibatch", "dbscan", "hierarchical"}});
  options.add("k", options_.k, {.help = "number of clusters", .value_name = "N", .range = between(1, 1000000)});
  options.add("k_range", k_range_,
              {.help = "tries every number from A to B and takes the best by silhouette (without --k: 2:10)",
               .value_name = "A:B"});
  options.add(
      "features", rows_.features,
      {.help = "only these columns, also if they hold words (one-hot) or look like identifiers", .value_name = "COLS"});
  options.add("exclude", rows_.exclude, {.help = "leave these columns out", .value_name = "COLS"});
  options.add("model_out", model_out_,
              {.help = "saves the clustering as a model for predict", .value_name = "FILE", .file = FileUse::kWrites});
  options.add("report", report_file_,
              {.help = "writes a page with pictures: rows along two components, silhouettes, profiles (HTML)",
               .value_name = "FILE",
               .file = FileUse::kWrites});
  options.add(
      "dendrogram", dendrogram_,
      {.help = "writes the merges of a hierarchical clustering: left, right, height, size (CSV), or the tree as a "
               "picture where FILE ends in .svg",
       .value_name = "FILE",
       .file = FileUse::kWrites});
  declare_fitting(options);
  options.add_struct(rows_.preprocess);
  table_in_.declare(options);
}

void Cluster::declare_fitting(FieldList& options) {
  const std::string group = "Fitting";
  options.add("init", init_,
              {.help = "where k-means starts: kmeans++, random, or a CSV file of centres in the units of the columns",
               .value_name = "HOW",
               .group = group,
               .file = FileUse::kReads});
  options.add("n_init", options_.n_init,
              {.help = "starts of k-means, of which the best is kept (100 for small tables, 10 for others)",
               .value_name = "N",
               .range = between(1, 100000),
               .group = group});
  options.add("max_iter", max_iter_,
              {.help = "iterations of k-means at most (300), or passes of minibatch (100)",
               .value_name = "N",
               .range = between(1, 1000000),
               .group = group});
  options.add("tol", options_.tol,
              {.help = "k-means stops where its centres move less than this share of the variance (1e-4; small "
                       "tables: where no row changes)",
               .range = at_least(0),
               .group = group});
  options.add("batch_size", options_.batch_size,
              {.help = "rows of a batch of minibatch (1024)",
               .value_name = "N",
               .range = between(1, 10000000),
               .group = group});
  options.add("eps", options_.eps,
              {.help = "dbscan: rows this near are neighbours, in scaled units (by the knee of the distances to the "
                       "nearest rows)",
               .range = above(0),
               .group = group});
  options.add("min_samples", options_.min_samples,
              {.help = "dbscan: neighbours, itself counted, that make a row the core of a cluster (5)",
               .value_name = "N",
               .range = between(1, 1000000000),
               .group = group});
  options.add("linkage", linkage_,
              {.help = "hierarchical: the distance of two clusters (ward)",
               .choices = {"ward", "complete", "average", "single"},
               .group = group});
}

// "2:10" -> 2, 10.
std::pair<std::size_t, std::size_t> parse_range(const std::string& text) {
  const std::size_t colon = text.find(':');
  double first = 0;
  double last = 0;
  const auto number = [](std::string_view part, double& value) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos && part.size() < 8 &&
           parse_number(part, value) == NumberStatus::kNumber;
  };
  const std::string_view all(text);
  if (colon == std::string::npos || !number(all.substr(0, colon), first) || !number(all.substr(colon + 1), last)) {
    throw_usage("--k-range: \"" + text + "\" is not two whole numbers", "write 2:10, say");
  }
  if (first < 1 || last < first)
    throw_usage("--k-range: \"" + text + "\" does not rise from 1 or more", "write 2:10, say");
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

// Options of other methods are refused: nothing is ignored in silence.
void Cluster::check_method_options() const {
  struct Use {
    bool given;
    const char* option;
    std::vector<std::string> methods;
  };
  const std::vector<std::string> centroids = {"kmeans", "minibatch"};
  const Use uses[] = {{options_.k || !k_range_.empty(), "k and --k-range", {"kmeans", "minibatch", "hierarchical"}},
                      {init_.has_value(), "init", {"kmeans"}},
                      {options_.n_init.has_value(), "n-init", centroids},
                      {max_iter_.has_value(), "max-iter", centroids},
                      {options_.tol.has_value(), "tol", {"kmeans"}},
                      {options_.batch_size.has_value(), "batch-size", {"minibatch"}},
                      {options_.eps.has_value(), "eps", {"dbscan"}},
                      {options_.min_samples.has_value(), "min-samples", {"dbscan"}},
                      {linkage_.has_value(), "linkage", {"hierarchical"}},
                      {!dendrogram_.empty(), "dendrogram", {"hierarchical"}}};
  for (const Use& use : uses) {
    if (!use.given || std::find(use.methods.begin(), use.methods.end(), options_.method) != use.methods.end()) continue;
    throw_usage("--" + std::string(use.option) + (use.methods.size() > 1 ? " are not" : " is not") + " for --method " +
                    options_.method,
                "leave it out, or use --method " + use.methods[0]);
  }
}

void Cluster::check_options() {
  validate_preprocess_options(rows_.preprocess);
  check_method_options();
  if (options_.k && !k_range_.empty()) throw_usage("--k and --k-range are two ways to say it: give one");
  centers_from_file_ = init_ && *init_ != "kmeans++" && *init_ != "random";
  if (centers_from_file_ && !k_range_.empty()) {
    throw_usage("--init FILE has its number of centres: --k-range has no say");
  }
  if (init_ && !centers_from_file_) options_.init = *init_;
  options_.max_iter = max_iter_.value_or(options_.method == "minibatch" ? 100 : 300);
  if (linkage_) options_.linkage = *linkage_;
  if (options_.k || centers_from_file_ || options_.method == "dbscan") return;
  std::tie(first_k_, last_k_) = parse_range(k_range_.empty() ? "2:10" : k_range_);
}

DenseMatrix Cluster::read_centers(const Table& table, const UnsupervisedRows& rows, Context& context) const {
  CsvReadOptions csv = table_in_.to_csv_options();
  csv.rejects_path.clear();
  csv.only_types_for = true;
  csv.types_for = [&](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types;
    for (const std::size_t i : rows.columns) {
      const Column& column = table.column(i);
      types[header[column_index(header, column.name)]] = {column.type, false};
    }
    return types;
  };
  DenseMatrix out;
  name_file(*init_, [&] {
    const Table centers = read_csv(*init_, csv, context);
    if (centers.rows() == 0) throw_data("there are no centres");
    std::vector<std::size_t> positions;
    for (const std::size_t i : rows.columns) positions.push_back(centers.schema().index_of(table.column(i).name));
    Matrix matrix = rows.preprocess.transform(centers, positions, context);
    if (!std::holds_alternative<DenseMatrix>(matrix)) throw_data("too many one-hot columns for centres from a file");
    out = std::get<DenseMatrix>(std::move(matrix));
  });
  if (options_.k && static_cast<std::size_t>(*options_.k) != out.rows) {
    throw_usage("--k " + std::to_string(*options_.k) + ", but " + *init_ + " holds " + count_of(out.rows, "centre"),
                "leave out --k");
  }
  return out;
}

void Cluster::write_labels(const std::vector<std::int32_t>& labels) const {
  OutputFile out(output_.empty() ? "-" : output_);
  std::string text = "cluster\n";
  for (const std::int32_t label : labels) {
    text += std::to_string(label);
    text += '\n';
    if (text.size() > (1u << 16)) {
      out.write(text);
      text.clear();
    }
  }
  out.write(text);
  out.commit();
}

void Cluster::write_dendrogram(const std::vector<Merge>& merges) const {
  OutputFile out(dendrogram_);
  if (dendrogram_.ends_with(".svg")) {
    out.write(render_chart_svg(dendrogram_chart(merges), "dendrogram", true));
    out.commit();
    return;
  }
  std::string text = "left,right,height,size\n";
  for (const Merge& merge : merges) {
    text += std::to_string(merge.left) + "," + std::to_string(merge.right) + "," + format_number(merge.height) + "," +
            std::to_string(merge.size) + "\n";
  }
  out.write(text);
  out.commit();
}

void Cluster::write_model(const Table& table, const UnsupervisedRows& rows, const Clustering& clustering,
                          Context& context) const {
  TrainingRecord record;
  record.solver = clustering.report.solver;
  record.objective = clustering.inertia;
  record.iterations = clustering.report.iterations;
  record.converged = clustering.report.converged;
  record.options = {{"method", clustering.method},
                    {"k", std::to_string(clustering.sizes.size())},
                    {"init", centers_from_file_ ? "file" : options_.init},
                    {"max_iter", std::to_string(options_.max_iter)},
                    {"linkage", options_.linkage}};
  const auto keep = [&](std::initializer_list<const char*> names) {
    std::erase_if(record.options, [&](const auto& option) {
      return std::find(names.begin(), names.end(), option.first) == names.end();
    });
  };
  if (clustering.method == "dbscan") {
    keep({"method"});
    record.options.emplace_back("eps", format_number(clustering.eps));
    record.options.emplace_back("min_samples", std::to_string(options_.min_samples.value_or(5)));
  }
  if (clustering.method == "hierarchical") keep({"method", "k", "linkage"});
  if (clustering.method == "kmeans") keep({"method", "k", "init", "max_iter"});
  if (clustering.method == "minibatch") keep({"method", "k", "max_iter"});
  if (options_.batch_size) record.options.emplace_back("batch_size", std::to_string(*options_.batch_size));
  if (options_.tol) record.options.emplace_back("tol", format_number(*options_.tol));
  if (options_.n_init) record.options.emplace_back("n_init", std::to_string(*options_.n_init));
  if (clustering.silhouette) record.metrics.emplace_back("silhouette", clustering.silhouette->mean);
  if (clustering.scores.calinski_harabasz) {
    record.metrics.emplace_back("calinski_harabasz", *clustering.scores.calinski_harabasz);
  }
  if (clustering.scores.davies_bouldin) {
    record.metrics.emplace_back("davies_bouldin", *clustering.scores.davies_bouldin);
  }
  write_model_file(seal_unsupervised(table, rows, clustering.model, std::move(record), rows_, context), model_out_);
}

int Cluster::run(Session& session) {
  session.require_output_beside_json(output_);
  for (const std::string* output : {&model_out_, &dendrogram_, &report_file_}) {
    if (!output->empty()) session.require_output_beside_json(*output);
  }
  check_options();
  rows_.seed = options_.seed = session.seed();
  const Table table = read_csv(input_, table_in_.to_csv_options(), session.context());
  ClusterReport report;
  UnsupervisedRows rows;
  name_file(input_, [&] { rows = prepare_unsupervised(table, rows_, session.context()); });
  if (centers_from_file_) options_.centers = read_centers(table, rows, session.context());
  name_file(input_, [&] {
    report.candidates = first_k_ > 0 ? try_cluster_numbers(rows.x, options_, first_k_, last_k_, session.context())
                                     : cluster_rows(rows.x, options_, session.context());
  });
  report.clustering = &report.candidates.all[report.candidates.best];
  report.ranged = first_k_ > 0;
  report.features = rows.preprocess.feature_names();
  report.profiles = cluster_profiles(table, report.clustering->labels,
                                     columns_to_compare(table, rows.columns, rows_.exclude), session.context());
  write_labels(report.clustering->labels);
  if (!report_file_.empty()) {
    OutputFile page(report_file_);
    page.write(render_report_html(cluster_page(report, rows.x, input_name(), session.seed(), session.context())));
    page.commit();
  }
  if (!dendrogram_.empty()) write_dendrogram(report.candidates.merges);
  if (!model_out_.empty()) write_model(table, rows, *report.clustering, session.context());
  finish(session, report);
  return 0;
}

void Cluster::finish(Session& session, const ClusterReport& report) const {
  const bool to_file = !output_.empty() && !is_standard_output(output_);
  if (session.json()) {
    session.result("cluster", cluster_to_json(report));
  } else if (!session.quiet() && to_file) {
    session.print(cluster_to_text(report));
  }
  std::string line =
      count_of(report.clustering->labels.size(), "row") + " in " + count_of(report.clustering->sizes.size(), "cluster");
  if (to_file) line += ", wrote " + output_;
  line += model_out_.empty() ? "; next: --model-out FILE saves the clusters for mlkit predict"
                             : "; next: mlkit predict " + model_out_ + " NEW.csv";
  session.summary(line);
}

}  // namespace

std::unique_ptr<Command> make_cluster() { return std::make_unique<Cluster>(); }

}  // namespace mlkit::app
