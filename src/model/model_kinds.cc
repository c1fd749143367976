// The table of model kinds: one row to add when a kind of model is added.
#include "mlkit/model/cluster_models.h"
#include "mlkit/model/linear_models.h"
#include "mlkit/model/naive_bayes_model.h"
#include "mlkit/model/pca_model.h"

namespace mlkit {
namespace {

struct KindRow {
  std::string_view kind;
  std::unique_ptr<Model> (*load)(BinaryReader& in);
};

constexpr KindRow kKinds[] = {
    {"logistic", LogisticModel::load},
    {"linear", LinearModel::load},
    {"dummy", DummyModel::load},
    {"nb", NaiveBayesModel::load},
    {"kmeans", CentroidModel::load},
    {"dbscan", NearestRowModel::load_dbscan},
    {"hierarchical", NearestRowModel::load_hierarchical},
    {"pca", PcaModel::load},
};

}  // namespace

std::unique_ptr<Model> load_model(std::string_view kind, BinaryReader& in) {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row.load(in);
  }
  in.fail("unknown kind of model \"" + std::string(kind) + "\"");
}

}  // namespace mlkit
