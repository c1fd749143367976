// Rows made up from what the preprocessing learned, and their replay.
#include <algorithm>
#include <cmath>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit {
namespace {

constexpr std::size_t kRows = 8;
constexpr std::int64_t kMicrosPerDay = 86400000000;

// The level with the `rank`-th largest count (ties in byte order).
const std::string& frequent_level(const ColumnPlan& plan, std::size_t rank) {
  std::vector<std::size_t> order(plan.levels.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const std::size_t wanted = std::min(rank, order.size() - 1);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted) + 1, order.end(),
                    [&](std::size_t a, std::size_t b) {
                      return plan.counts[a] != plan.counts[b] ? plan.counts[a] > plan.counts[b] : a < b;
                    });
  return plan.levels[order[wanted]];
}

// Terms of the dictionary in a row that no one wrote.
std::string made_up_text(const TextEncoder& text, std::uint64_t draw) {
  constexpr int kTerms = 5;
  if (text.is_hashed()) return "self test " + std::to_string(draw % 1000);
  const std::vector<std::string>& terms = text.vocabulary().terms;
  std::string out;
  for (int i = 0; i < kTerms; ++i, draw /= 7) out += (i > 0 ? " " : "") + terms[draw % terms.size()];
  return out;
}

// `step` from -2 to 2 walks away from the middle of the column.
SelfTest::Cell made_up_cell(const ColumnPlan& plan, std::uint64_t draw, int step) {
  SelfTest::Cell cell;
  switch (plan.encoding) {
    case Encoding::kNumber: {
      const double middle = std::isfinite(plan.fill) ? plan.fill : plan.center[0];
      const double value = middle + step * 0.5 * plan.scale[0];
      cell.kind = CellValue::Kind::kNumber;
      cell.number = plan.integer ? std::nearbyint(value) : value;
      break;
    }
    case Encoding::kTimeParts:
      cell.kind = CellValue::Kind::kTime;
      cell.micros = plan.fill_micros + step * 36 * kMicrosPerDay;
      break;
    case Encoding::kTerms:
      cell.kind = CellValue::Kind::kText;
      cell.text = made_up_text(*plan.text, draw);
      break;
    case Encoding::kOneHot:
      if (plan.levels.empty()) break;
      cell.kind = CellValue::Kind::kText;
      cell.text = frequent_level(plan, static_cast<std::size_t>(step < 0 ? 2 - step : step));
      break;
  }
  return cell;
}

// The same for a column of which a recipe makes features.
SelfTest::Cell made_up_source(const FeatureStep& step, std::uint64_t draw, int off) {
  constexpr std::int64_t kMiddleMicros = 1704067200000000;  // 2024-01-01
  constexpr std::int64_t kMicrosPerHour = kMicrosPerDay / 24;
  SelfTest::Cell cell;
  const auto pick = [&](const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    cell.kind = CellValue::Kind::kText;
    cell.text = texts[static_cast<std::size_t>(draw / 5 % texts.size())];
  };
  switch (step.kind) {
    case FeatureKind::kDates:
    case FeatureKind::kDifference:
      cell.kind = CellValue::Kind::kTime;
      cell.micros = kMiddleMicros + off * (36 * kMicrosPerDay + 5 * kMicrosPerHour);
      break;
    case FeatureKind::kOneHot:
    case FeatureKind::kFrequency:
    case FeatureKind::kOrdinal:
    case FeatureKind::kTarget: pick(step.levels); break;
    case FeatureKind::kTerms: pick(step.vocabulary.terms); break;
    case FeatureKind::kHashedTerms:
      cell.kind = CellValue::Kind::kText;
      cell.text = "self test " + std::to_string(draw % 5);
      break;
    case FeatureKind::kBins:
    case FeatureKind::kScale:
    case FeatureKind::kProduct:
      cell.kind = CellValue::Kind::kNumber;
      cell.number = std::nearbyint(step.center + off * 0.5 * step.scale);
      if (!step.edges.empty()) cell.number = step.edges[static_cast<std::size_t>(draw / 5 % step.edges.size())];
      break;
  }
  return cell;
}

const FeatureStep* step_of_input(const PipelineParts& parts, const ColumnSpec& input) {
  if (!parts.recipe) return nullptr;
  const CleanColumn* cleaned = parts.clean ? parts.clean->find(input.name) : nullptr;
  const std::string& name = cleaned == nullptr ? input.name : cleaned->name;
  for (const FeatureStep& step : parts.recipe->recipe().steps) {
    if (step.column == name || step.other == name) return &step;
  }
  return nullptr;
}

const ColumnPlan* plan_of_input(const PipelineParts& parts, const ColumnSpec& input) {
  const CleanColumn* cleaned = parts.clean ? parts.clean->find(input.name) : nullptr;
  const std::string& name = cleaned == nullptr ? input.name : cleaned->name;
  for (const ColumnPlan& plan : parts.preprocess.columns()) {
    if (plan.name == name) return &plan;
  }
  return nullptr;
}

CellValue cell_view(const SelfTest::Cell& cell) { return {cell.kind, cell.number, cell.text, cell.micros}; }

std::vector<double> score_rows(const Pipeline& pipeline, const SelfTest& test) {
  Scorer scorer(pipeline);
  std::vector<double> answers(test.rows * scorer.outputs());
  std::vector<CellValue> cells(scorer.inputs());
  for (std::size_t row = 0; row < test.rows; ++row) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cell_view(test.cells[row * cells.size() + i]);
    scorer.score(cells, std::span(answers).subspan(row * scorer.outputs(), scorer.outputs()));
  }
  return answers;
}

// The rows came with the model: one that it cannot take is a fault of the file, not of anyone's data.
std::vector<double> replayed_answers(const Pipeline& pipeline, const SelfTest& test) {
  try {
    return score_rows(pipeline, test);
  } catch (const Error& error) {
    throw Error(
        ErrorCode::kModelFile, "the self-test cannot be replayed: " + error.message(),
        {.file = {}, .column = error.place().column, .hint = "the file is damaged or was not written by mlkit"});
  }
}

}  // namespace

// Row 0: the middle of everything; row 1: as much missing as is allowed; the others: off the middle.
SelfTest make_self_test(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  SelfTest test;
  test.rows = kRows;
  const bool refuses_gaps = std::any_of(
      parts.preprocess.columns().begin(), parts.preprocess.columns().end(),
      [](const ColumnPlan& plan) { return plan.encoding == Encoding::kNumber && !std::isfinite(plan.fill); });
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
      const ColumnPlan* plan = plan_of_input(parts, parts.inputs[i]);
      const std::uint64_t draw = random_bits(0, RandomPurpose::kSelfTest, row * parts.inputs.size() + i);
      const int step = row < 2 ? 0 : static_cast<int>(draw % 5) - 2;
      const bool refuses = plan != nullptr && plan->encoding == Encoding::kNumber && !std::isfinite(plan->fill);
      const FeatureStep* source = plan == nullptr ? step_of_input(parts, parts.inputs[i]) : nullptr;
      const bool missing = row == 1 && !refuses && (source == nullptr || !refuses_gaps);
      if (missing || (plan == nullptr && source == nullptr)) {
        test.cells.emplace_back();
      } else {
        test.cells.push_back(plan != nullptr ? made_up_cell(*plan, draw, step) : made_up_source(*source, draw, step));
      }
    }
  }
  test.expected = score_rows(pipeline, test);
  return test;
}

SelfTestResult replay_self_test(const Pipeline& pipeline) {
  const SelfTest& test = pipeline.parts().self_test;
  SelfTestResult result;
  result.rows = test.rows;
  const std::vector<double> answers = replayed_answers(pipeline, test);
  const std::size_t width = test.rows == 0 ? 0 : answers.size() / test.rows;
  for (std::size_t row = 0; row < test.rows; ++row) {
    double worst = 0;
    for (std::size_t i = row * width; i < (row + 1) * width; ++i) {
      const double error = std::abs(answers[i] - test.expected[i]);
      worst = std::max(worst, std::isfinite(error) ? error : std::numeric_limits<double>::max());
    }
    result.max_error = std::max(result.max_error, worst);
    result.passed += worst <= kSelfTestTolerance * std::max(1.0, std::abs(test.expected[row * width])) ? 1 : 0;
  }
  return result;
}

}  // namespace mlkit
