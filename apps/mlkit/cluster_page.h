// The report of cluster: pictures and tables on one page, and the tree of a hierarchical clustering as a picture.
#pragma once

#include <string>

#include "cluster_report.h"

#include "mlkit/data/dataset.h"
#include "mlkit/io/report.h"

namespace mlkit::app {

// `x`: the rows as they were clustered; the scatter shows them along their first two components.
Report cluster_page(const ClusterReport& report, const DenseMatrix& x, const std::string& input, std::uint64_t seed,
                    Context& context);

// The last merges of the tree, what is below them as leaves with their numbers of rows.
Chart dendrogram_chart(const std::vector<Merge>& merges);

}  // namespace mlkit::app
