// What cluster found, as JSON and as text for people.
#pragma once

#include <string>
#include <vector>

#include "mlkit/eval/cluster_profiles.h"
#include "mlkit/io/json.h"
#include "mlkit/workflow/cluster_rows.h"

namespace mlkit::app {

struct ClusterReport {
  ClusterCandidates candidates;            // one where the number of clusters was given
  const Clustering* clustering = nullptr;  // the one that was taken, of the candidates
  bool ranged = false;
  std::vector<std::string> features;
  std::vector<ClusterProfile> profiles;
};

// Columns worth comparing between clusters: those that were used, then further categories with few levels (labels,
// say) that are not excluded.
std::vector<std::size_t> columns_to_compare(const Table& table, const std::vector<std::size_t>& used,
                                            const std::vector<std::string>& exclude);

Json cluster_to_json(const ClusterReport& report);
std::string cluster_to_text(const ClusterReport& report);

}  // namespace mlkit::app
