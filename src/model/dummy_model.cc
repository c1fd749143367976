#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/model/linear_models.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kVersion = 1;

// What is wrong with the outputs for the task, or "".
std::string_view output_problem(Task task, const std::vector<double>& outputs) {
  if (task == Task::kRegression) return outputs.size() == 1 && std::isfinite(outputs[0]) ? "" : "needs one number";
  if (task == Task::kClustering || task == Task::kReduction) return "has no such task";
  if (outputs.size() < 2 || (task == Task::kBinary) != (outputs.size() == 2)) return "has a wrong number of classes";
  const bool shares = std::all_of(outputs.begin(), outputs.end(), [](double p) { return p >= 0 && p <= 1; });
  return shares ? "" : "has a share outside 0 .. 1";
}

}  // namespace

DummyModel::DummyModel(Task task, std::size_t inputs, std::vector<double> outputs)
    : task_(task), inputs_(inputs), outputs_(std::move(outputs)) {
  const std::string_view problem = output_problem(task_, outputs_);
  if (!problem.empty()) throw std::invalid_argument("DummyModel: " + std::string(problem));
}

void DummyModel::predict_row(std::span<const double>, std::span<double> out) const {
  std::copy(outputs_.begin(), outputs_.end(), out.begin());
}

void DummyModel::predict_sparse_row(CsrMatrix::Row, std::span<double> out) const {
  std::copy(outputs_.begin(), outputs_.end(), out.begin());
}

ModelDescription DummyModel::describe() const {
  ModelDescription description;
  description.kind = kind();
  description.task = task();
  if (task_ == Task::kRegression) {
    description.numbers.emplace_back("value", outputs_[0]);
  } else {
    for (std::size_t c = 0; c < outputs_.size(); ++c) {
      description.numbers.emplace_back("share_" + std::to_string(c), outputs_[c]);
    }
  }
  return description;
}

void DummyModel::save(BinaryWriter& out) const {
  out.u32(kVersion);
  out.u8(static_cast<std::uint8_t>(task_));
  out.u64(inputs_);
  out.f64s(outputs_);
}

std::unique_ptr<Model> DummyModel::load(BinaryReader& in) {
  if (in.u32() != kVersion) in.fail("dummy model of an unknown version");
  const std::uint8_t task = in.u8();
  if (task > static_cast<std::uint8_t>(Task::kClustering)) in.fail("unknown task");
  const std::uint64_t inputs = in.u64();
  std::vector<double> outputs = in.finite_f64s();
  const std::string_view problem = output_problem(static_cast<Task>(task), outputs);
  if (!problem.empty()) in.fail("dummy model " + std::string(problem));
  return std::make_unique<DummyModel>(static_cast<Task>(task), inputs, std::move(outputs));
}

}  // namespace mlkit
