#include "cluster_page.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>

#include "model_report.h"

#include "mlkit/base/text.h"
#include "mlkit/data/sample.h"
#include "mlkit/train/fit_pca.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kPointsDrawn = 2000;
constexpr std::size_t kClustersDrawn = 12;  // further ones are in the tables
constexpr std::size_t kContrastsListed = 5;
constexpr std::size_t kLeavesDrawn = 30;

std::string cluster_name(std::int32_t cluster) { return cluster < 0 ? "noise" : "cluster " + std::to_string(cluster); }

// Some rows along the first two components; nullopt where there are not two.
std::optional<Chart> scatter_chart(const ClusterReport& report, const DenseMatrix& x, std::uint64_t seed,
                                   Context& context) {
  if (x.rows < 3 || x.cols < 2) return std::nullopt;
  const std::vector<std::uint32_t> rows = draw_rows(x.rows, kPointsDrawn, seed, RandomPurpose::kSample, 4);
  DenseMatrix drawn{rows.size(), x.cols, {}};
  for (const std::uint32_t row : rows) drawn.values.insert(drawn.values.end(), x.row(row).begin(), x.row(row).end());
  std::optional<PcaFit> fit;
  try {
    fit = fit_pca(drawn, {2, false}, context);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kData) throw;
    return std::nullopt;  // the rows vary along one direction at most
  }
  const std::vector<double>& ratio = fit->model->parts().variance_ratio;
  Chart chart = make_plot("scatter", "Rows along the first two components",
                          {.label = fmt::format("pc1 ({:.0f} % of the variance)", 100 * ratio[0])},
                          {.label = fmt::format("pc2 ({:.0f} %)", 100 * ratio[1])});
  const auto clusters = static_cast<std::int32_t>(std::min(kClustersDrawn, report.clustering->sizes.size()));
  std::vector<Series> series(static_cast<std::size_t>(clusters) + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int32_t label = report.clustering->labels[rows[i]];
    if (label >= clusters) continue;
    Series& of_cluster = series[static_cast<std::size_t>(label < 0 ? clusters : label)];
    double at[2];
    fit->model->predict_row(drawn.row(i), at);
    of_cluster.x.push_back(at[0]);
    of_cluster.y.push_back(at[1]);
  }
  for (std::int32_t c = 0; c <= clusters; ++c) {
    Series& of_cluster = series[static_cast<std::size_t>(c)];
    if (of_cluster.x.empty()) continue;
    of_cluster.name = cluster_name(c < clusters ? c : -1);
    of_cluster.style = SeriesStyle::kPoints;
    std::get<PlotChart>(chart.body).series.push_back(std::move(of_cluster));
  }
  chart.description = "Each point is a row, its sign the cluster that it is in.";
  if (rows.size() < x.rows) chart.note = fmt::format("{} rows drawn at random", with_thousands(rows.size()));
  return chart;
}

Chart silhouette_chart(const ClusterReport& report) {
  const Silhouette& silhouette = *report.clustering->silhouette;
  Chart chart = make_plot("silhouette", "Silhouette of the rows, sorted within each cluster",
                          {.label = "rows of the cluster", .percent = true}, {.label = "silhouette"});
  PlotChart& plot = std::get<PlotChart>(chart.body);
  const std::size_t clusters = std::min(kClustersDrawn, report.clustering->sizes.size());
  std::vector<std::vector<double>> values(clusters);
  for (std::size_t i = 0; i < silhouette.rows.size(); ++i) {
    const auto label = static_cast<std::size_t>(report.clustering->labels[silhouette.rows[i]]);
    if (label < clusters) values[label].push_back(silhouette.values[i]);
  }
  for (std::size_t c = 0; c < clusters; ++c) {
    std::sort(values[c].begin(), values[c].end(), std::greater<>());
    Series series{.name = cluster_name(static_cast<std::int32_t>(c))};
    for (std::size_t i = 0; i < values[c].size(); ++i) {
      series.x.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(values[c].size()));
      series.y.push_back(values[c][i]);
    }
    plot.series.push_back(std::move(series));
  }
  plot.rules.push_back({silhouette.mean, "mean", true});
  chart.description =
      "Rows near 1 are well inside their cluster, rows near 0 between two, rows below 0 nearer to another.";
  return chart;
}

void add_candidates(const ClusterReport& report, Report& page) {
  ReportSection& section = page.add("Number of clusters", report.candidates.recommendation + ".");
  ReportTable& table = section.table("candidates", {{"k"},
                                                    {"inertia", CellFormat::kNumber},
                                                    {"silhouette", CellFormat::kNumber},
                                                    {"Calinski-Harabasz", CellFormat::kNumber},
                                                    {"Davies-Bouldin", CellFormat::kNumber}});
  const auto cell = [](const std::optional<double>& value) { return value ? ReportCell(*value) : ReportCell(); };
  std::vector<double> k;
  std::vector<double> inertia;
  std::vector<double> silhouettes;
  for (const Clustering& candidate : report.candidates.all) {
    k.push_back(static_cast<double>(candidate.sizes.size()));
    inertia.push_back(candidate.inertia);
    silhouettes.push_back(candidate.silhouette ? candidate.silhouette->mean : std::numeric_limits<double>::quiet_NaN());
    table.rows.push_back({k.back(), candidate.inertia,
                          candidate.silhouette ? ReportCell(candidate.silhouette->mean) : ReportCell(),
                          cell(candidate.scores.calinski_harabasz), cell(candidate.scores.davies_bouldin)});
  }
  for (const bool elbow : {true, false}) {
    Chart chart = make_plot(elbow ? "elbow" : "silhouette_by_k", elbow ? "Inertia by k" : "Silhouette by k",
                            {.label = "k"}, {.label = elbow ? "inertia" : "silhouette"});
    std::get<PlotChart>(chart.body)
        .series.push_back({.name = elbow ? "inertia" : "silhouette", .x = k, .y = elbow ? inertia : silhouettes});
    chart.description = elbow ? "Where the fall gets slow, more clusters explain little."
                              : "The higher, the farther the clusters are apart for their width.";
    section.chart(std::move(chart));
  }
}

void add_profiles(const ClusterReport& report, Report& page) {
  ReportSection& section = page.add("What is different about each",
                                    "Means in the units of the columns and shares of levels, in the cluster "
                                    "and in all rows; the contrast is in standard deviations.");
  ReportTable& table = section.table("profiles", {{"cluster"},
                                                  {"rows", CellFormat::kNumber},
                                                  {"column"},
                                                  {"here", CellFormat::kNumber},
                                                  {"all rows", CellFormat::kNumber},
                                                  {"contrast", CellFormat::kNumber}});
  for (const ClusterProfile& profile : report.profiles) {
    for (std::size_t i = 0; i < std::min(kContrastsListed, profile.columns.size()); ++i) {
      const ColumnContrast& contrast = profile.columns[i];
      table.rows.push_back({cluster_name(profile.cluster), static_cast<double>(profile.rows),
                            contrast.numeric ? contrast.column : contrast.column + " = " + contrast.level,
                            contrast.here, contrast.overall, contrast.contrast});
    }
  }
}

}  // namespace

Report cluster_page(const ClusterReport& report, const DenseMatrix& x, const std::string& input, std::uint64_t seed,
                    Context& context) {
  const Clustering& clustering = *report.clustering;
  Report page{.title = "Clusters of " + input};
  page.subtitle = fmt::format("{}: {} of {} by {}", clustering.method, count_of(clustering.sizes.size(), "cluster"),
                              count_of(clustering.labels.size(), "row"), count_of(report.features.size(), "feature"));
  if (report.ranged) page.verdict = {{NoteKind::kInfo, report.candidates.recommendation}};
  ReportSection& section = page.add("Clusters");
  section.value("inertia", clustering.inertia);
  if (clustering.silhouette) {
    const Silhouette& s = *clustering.silhouette;
    section.value(
        "silhouette", s.mean, CellFormat::kNumber,
        s.sampled ? fmt::format("[{:.4f}, {:.4f}] from {} rows", s.low, s.high, with_thousands(s.rows.size())) : "");
  }
  if (clustering.scores.calinski_harabasz) section.value("Calinski-Harabasz", *clustering.scores.calinski_harabasz);
  if (clustering.scores.davies_bouldin) section.value("Davies-Bouldin", *clustering.scores.davies_bouldin);
  if (clustering.noise > 0) section.value("noise", static_cast<double>(clustering.noise));
  ReportTable& sizes = section.table(
      "sizes", {{"cluster"}, {"rows", CellFormat::kNumber}, {"share", CellFormat::kPercent}, {"silhouette"}});
  for (std::size_t c = 0; c < clustering.sizes.size(); ++c) {
    const bool scored = clustering.silhouette && std::isfinite(clustering.silhouette->cluster_means[c]);
    sizes.rows.push_back({cluster_name(static_cast<std::int32_t>(c)), static_cast<double>(clustering.sizes[c]),
                          static_cast<double>(clustering.sizes[c]) / static_cast<double>(clustering.labels.size()),
                          scored ? ReportCell(clustering.silhouette->cluster_means[c]) : ReportCell()});
  }
  if (std::optional<Chart> scatter = scatter_chart(report, x, seed, context)) section.chart(std::move(*scatter));
  if (clustering.silhouette) section.chart(silhouette_chart(report));
  add_profiles(report, page);
  if (report.ranged) add_candidates(report, page);
  if (report.candidates.merges.size() > 1) page.add("Tree").chart(dendrogram_chart(report.candidates.merges));
  page.footer = std::string("mlkit ") + MLKIT_VERSION;
  return page;
}

Chart dendrogram_chart(const std::vector<Merge>& merges) {
  const std::size_t n = merges.size() + 1;
  const std::size_t first = merges.size() - std::min(merges.size(), kLeavesDrawn - 1);  // merges before are leaves
  Chart chart = make_plot("dendrogram", "Dendrogram", {.label = "leaves, from left to right"}, {.label = "height"});
  Series series{.name = ""};
  const double gap = std::numeric_limits<double>::quiet_NaN();
  double next_leaf = 1;
  struct Spot {
    double x = 0;
    double height = 0;
  };
  const std::function<Spot(std::size_t)> draw = [&](std::size_t cluster) -> Spot {
    if (cluster < n + first) return {next_leaf++, 0};  // at most kLeavesDrawn levels deep
    const Merge& merge = merges[cluster - n];
    const Spot left = draw(merge.left);
    const Spot right = draw(merge.right);
    for (const auto& [x, y] :
         {std::pair{left.x, left.height}, std::pair{left.x, merge.height}, std::pair{right.x, merge.height},
          std::pair{right.x, right.height}, std::pair{gap, gap}}) {
      series.x.push_back(x);
      series.y.push_back(y);
    }
    return {(left.x + right.x) / 2, merge.height};
  };
  if (!merges.empty()) draw(n + merges.size() - 1);
  std::get<PlotChart>(chart.body).series.push_back(std::move(series));
  std::get<PlotChart>(chart.body).y.min = 0;
  chart.description = "Two clusters merge where a bar joins them; the higher the bar, the farther apart they were.";
  if (first > 0) {
    chart.note = fmt::format("the last {} of {} merges", merges.size() - first, with_thousands(merges.size()));
  }
  return chart;
}

}  // namespace mlkit::app
