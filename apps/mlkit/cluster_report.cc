#include "cluster_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model_report.h"

#include "mlkit/base/text.h"
#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kContrastsShown = 3;
constexpr std::size_t kProfilesShown = 20;

void add_scores(const Clustering& clustering, Json& out) {
  if (clustering.silhouette) {
    out["silhouette"] = clustering.silhouette->mean;
    if (clustering.silhouette->sampled) {
      out["silhouette_interval"] = {clustering.silhouette->low, clustering.silhouette->high};
      out["silhouette_rows"] = clustering.silhouette->rows.size();
    }
  }
  if (clustering.scores.calinski_harabasz) out["calinski_harabasz"] = *clustering.scores.calinski_harabasz;
  if (clustering.scores.davies_bouldin) out["davies_bouldin"] = *clustering.scores.davies_bouldin;
}

Json candidate_json(const Clustering& clustering) {
  Json out;
  out["k"] = clustering.sizes.size();
  out["inertia"] = clustering.inertia;
  out["sizes"] = clustering.sizes;
  add_scores(clustering, out);
  return out;
}

Json profile_json(const ClusterProfile& profile) {
  Json columns = Json::array();
  for (const ColumnContrast& contrast : profile.columns) {
    Json entry = {{"column", contrast.column}};
    if (contrast.numeric) {
      entry["mean"] = contrast.here;
      entry["overall_mean"] = contrast.overall;
    } else {
      entry["level"] = contrast.level;
      entry["share"] = contrast.here;
      entry["overall_share"] = contrast.overall;
    }
    entry["contrast_sd"] = contrast.contrast;
    columns.push_back(std::move(entry));
  }
  return {{"cluster", profile.cluster}, {"rows", profile.rows}, {"columns", std::move(columns)}};
}

Json centers_json(const ClusterReport& report) {
  Json out = Json::array();
  for (const std::vector<double>& point : report.clustering->model->describe().points) {
    Json center = Json::object();
    for (std::size_t j = 0; j < point.size(); ++j) center[report.features[j]] = point[j];
    out.push_back(std::move(center));
  }
  return out;
}

std::string contrast_text(const ColumnContrast& contrast) {
  const std::string name = escape_controls(contrast.column);
  if (contrast.numeric) {
    return fmt::format("{} {} (all {}, {:+.1f} sd)", name, short_number(contrast.here), short_number(contrast.overall),
                       contrast.contrast);
  }
  return fmt::format("{}={} {:.0f} % (all {:.0f} %)", name, escape_controls(contrast.level), 100 * contrast.here,
                     100 * contrast.overall);
}

std::string profile_text(const ClusterProfile& profile, std::size_t rows) {
  std::string name = profile.cluster < 0 ? "noise" : "cluster " + std::to_string(profile.cluster);
  std::string out = fmt::format("  {:<11} {:>15} {:>5.1f} %\n", name, count_of(profile.rows, "row"),
                                100.0 * static_cast<double>(profile.rows) / static_cast<double>(rows));
  for (std::size_t i = 0; i < std::min(kContrastsShown, profile.columns.size()); ++i) {
    out += "      " + contrast_text(profile.columns[i]) + "\n";
  }
  return out;
}

std::string optional_number(const std::optional<double>& value) { return value ? short_number(*value) : "-"; }

std::string candidates_text(const ClusterReport& report) {
  std::string out = fmt::format("  {:>4} {:>14} {:>11} {:>18} {:>15}\n", "k", "inertia", "silhouette",
                                "calinski_harabasz", "davies_bouldin");
  for (const Clustering& candidate : report.candidates.all) {
    const std::string score = candidate.silhouette ? fmt::format("{:.4f}", candidate.silhouette->mean) : "-";
    out += fmt::format("{} {:>4} {:>14} {:>11} {:>18} {:>15}\n", &candidate == report.clustering ? "*" : " ",
                       candidate.sizes.size(), short_number(candidate.inertia), score,
                       optional_number(candidate.scores.calinski_harabasz),
                       optional_number(candidate.scores.davies_bouldin));
  }
  for (const std::string& line : wrap_display(report.candidates.recommendation, 80)) out += line + "\n";
  return out;
}

}  // namespace

std::vector<std::size_t> columns_to_compare(const Table& table, const std::vector<std::size_t>& used,
                                            const std::vector<std::string>& exclude) {
  std::vector<std::size_t> out = used;
  const Schema schema = table.schema();
  std::vector<std::size_t> excluded;
  for (const std::string& name : exclude) excluded.push_back(schema.index_of(name));
  const auto holds = [](const std::vector<std::size_t>& list, std::size_t i) {
    return std::find(list.begin(), list.end(), i) != list.end();
  };
  for (std::size_t i = 0; i < table.column_count(); ++i) {
    if (table.column(i).is_categorical() && !holds(used, i) && !holds(excluded, i)) out.push_back(i);
  }
  return out;
}

Json cluster_to_json(const ClusterReport& report) {
  const Clustering& clustering = *report.clustering;
  Json out;
  out["method"] = clustering.method;
  out["rows"] = clustering.labels.size();
  out["k"] = clustering.sizes.size();
  out["inertia"] = clustering.inertia;
  out["iterations"] = clustering.report.iterations;
  out["converged"] = clustering.report.converged;
  out["starts"] = clustering.starts;
  out["sizes"] = clustering.sizes;
  out["noise"] = clustering.noise;
  if (clustering.method == "dbscan") {
    out["eps"] = clustering.eps;
    out["eps_suggested"] = clustering.eps_suggested;
    out["core_rows"] = clustering.core_rows;
  }
  add_scores(clustering, out);
  if (report.ranged) {
    out["candidates"] = Json::array();
    for (const Clustering& candidate : report.candidates.all) out["candidates"].push_back(candidate_json(candidate));
    out["recommendation"] = report.candidates.recommendation;
  }
  out["features"] = report.features;
  const Json centers = centers_json(report);
  if (!centers.empty()) out["centers"] = centers;
  out["profiles"] = Json::array();
  for (const ClusterProfile& profile : report.profiles) out["profiles"].push_back(profile_json(profile));
  return out;
}

std::string cluster_to_text(const ClusterReport& report) {
  const Clustering& clustering = *report.clustering;
  std::string out = report.ranged ? candidates_text(report) : "";
  out += fmt::format("{}: {} of {} by {}, inertia {}", clustering.method, count_of(clustering.sizes.size(), "cluster"),
                     count_of(clustering.labels.size(), "row"), count_of(report.features.size(), "feature"),
                     short_number(clustering.inertia));
  if (clustering.report.iterations > 0) {
    out += ", " + count_of(static_cast<std::uint64_t>(clustering.report.iterations), "iteration");
  }
  out += "\n";
  if (clustering.method == "dbscan") {
    out += fmt::format("eps {}{}, {} core rows, {} noise\n", short_number(clustering.eps),
                       clustering.eps_suggested ? " (by the knee of the distances; --eps sets it)" : "",
                       with_thousands(clustering.core_rows), with_thousands(clustering.noise));
  }
  if (clustering.silhouette) {
    const Silhouette& s = *clustering.silhouette;
    out += fmt::format("silhouette {:.4f}", s.mean);
    if (s.sampled) out += fmt::format(" [{:.4f}, {:.4f}] from {} rows", s.low, s.high, with_thousands(s.rows.size()));
    out +=
        fmt::format(", Calinski-Harabasz {}, Davies-Bouldin {}\n", optional_number(clustering.scores.calinski_harabasz),
                    optional_number(clustering.scores.davies_bouldin));
  }
  out += "what is different about each (mean here, in all rows, and in standard deviations)\n";
  for (std::size_t i = 0; i < std::min(kProfilesShown, report.profiles.size()); ++i) {
    out += profile_text(report.profiles[i], clustering.labels.size());
  }
  if (report.profiles.size() > kProfilesShown) {
    out += fmt::format("  .. and {} more (--json has all)\n", report.profiles.size() - kProfilesShown);
  }
  return out;
}

}  // namespace mlkit::app
