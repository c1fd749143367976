#include "mlkit/profile/profile_csv.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_parse.h"
#include "mlkit/data/datetime.h"
#include "mlkit/data/numbers.h"
#include "mlkit/parallel/blocks.h"
#include "profile_batch.h"

namespace mlkit {
namespace {

using internal::LinkAccumulator;
using internal::ProfilePart;
using internal::ProfilePlan;
using internal::ProfileWorker;

constexpr std::size_t kBatchBytes = std::size_t{2} << 20;
constexpr std::size_t kTopShown = 10;

class Profiler {
 public:
  Profiler(const std::string& path, const CsvReadOptions& options, const std::string& target, Context& context)
      : chunks_(path, options),
        options_(settle_csv_options(chunks_.options(), chunks_.header(), chunks_.name())),
        context_(context),
        rules_(options_.na, options_.quote),
        distinct_bounds_(chunks_.header().size()) {
    plan_.chunks = &chunks_;
    plan_.rules = &rules_;
    plan_.columns = plan_csv_columns(chunks_.header(), options_, CsvReading::kSkip);
    plan_.limits = profile_limits(plan_.columns.size());
    if (!target.empty()) {
      try {
        plan_.target = column_index(chunks_.header(), target);
      } catch (const Error& error) {
        throw error.with_file(chunks_.name());
      }
    }
    plan_.distinct_bounds = &distinct_bounds_;
    for (auto& bound : distinct_bounds_) bound.store(~std::uint64_t{0}, std::memory_order_relaxed);
    columns_.assign(plan_.columns.size(), ColumnAccumulator(plan_.limits));
    if (plan_.target) links_.resize(plan_.columns.size());
  }

  TableProfile run() {
    const Progress* const progress = context_.progress;
    if (progress != nullptr) context_.progress->begin("reading", chunks_.size_hint());
    try {
      ordered_stream<std::vector<CsvChunk>, ProfilePart>(
          context_, [&] { return next_batch(); }, [&](std::vector<CsvChunk> batch) { return observe(batch); },
          [&](ProfilePart part) { consume(std::move(part)); });
    } catch (...) {
      if (progress != nullptr) context_.progress->end();
      throw;
    }
    if (progress != nullptr) context_.progress->end();
    chunks_.finish();
    warn_about_bad_rows(chunks_, context_);
    return finish();
  }

 private:
  std::optional<std::vector<CsvChunk>> next_batch() {
    std::vector<CsvChunk> batch;
    std::size_t bytes = 0;
    while (bytes < kBatchBytes) {
      std::optional<CsvChunk> chunk = chunks_.next();
      if (!chunk) break;
      bytes += chunk->size;
      batch.push_back(std::move(*chunk));
    }
    return batch.empty() ? std::nullopt : std::optional(std::move(batch));
  }

  ProfilePart observe(const std::vector<CsvChunk>& batch) {
    std::unique_ptr<ProfileWorker> worker;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        worker = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!worker) worker = std::make_unique<ProfileWorker>(plan_);
    ProfilePart part = worker->observe(batch, row_bound_.load(std::memory_order_relaxed));
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
    return part;
  }

  void consume(ProfilePart part) {
    if (context_.progress != nullptr) context_.progress->advance(part.bytes);
    row_count_ += part.row_count;
    bytes_ += part.bytes;
    rows_.merge(std::move(part.rows));
    row_bound_.store(rows_.bound(), std::memory_order_relaxed);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      columns_[c].merge(std::move(part.columns[c]));
      distinct_bounds_[c].store(columns_[c].distinct.bound(), std::memory_order_relaxed);
    }
    if (!plan_.target) return;
    std::vector<std::uint32_t> renumbered;
    classes_dropped_ = classes_dropped_ || part.target.too_many;
    for (std::string& name : part.target.names) {
      const auto at = std::find(classes_.begin(), classes_.end(), name);
      renumbered.push_back(static_cast<std::uint32_t>(at - classes_.begin()));
      if (at == classes_.end()) classes_.push_back(std::move(name));
    }
    if (classes_.size() > internal::kMostClasses) classes_dropped_ = true;
    for (std::size_t c = 0; c < links_.size(); ++c) {
      if (classes_dropped_) links_[c].by_class.clear();
      links_[c].merge(std::move(part.links[c]), classes_dropped_ ? std::vector<std::uint32_t>() : renumbered);
    }
    if (classes_dropped_) classes_.clear();
  }

  TableProfile finish() {
    TableProfile out;
    out.rows = row_count_;
    out.bytes = chunks_.bytes_read();
    out.rows_skipped = chunks_.rows_skipped();
    out.repeated_exact = rows_.exact();
    out.repeated_rows = rows_.repeat_share() * static_cast<double>(row_count_);
    if (out.repeated_exact) out.repeated_rows = std::round(out.repeated_rows);
    for (std::size_t c = 0; c < columns_.size(); ++c) out.columns.push_back(finish_column(c));
    if (plan_.target) {
      const ColumnProfile& target = out.columns[*plan_.target];
      out.target = target.name;
      constexpr double kMostIntegerClasses = 20;  // as train --task auto
      out.target_is_class =
          target.type != ColumnType::kDatetime &&
          (target.type != ColumnType::kNumeric || (target.integer && target.distinct <= kMostIntegerClasses));
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        if (c != *plan_.target) out.columns[c].link = link_of(c, out);
      }
    }
    return out;
  }

  std::optional<TargetLink> link_of(std::size_t c, const TableProfile& table) const {
    const LinkAccumulator& link = links_[c];
    const ColumnType type = table.columns[c].type;
    if (type == ColumnType::kDatetime || type == ColumnType::kText) return std::nullopt;
    if (table.target_is_class && classes_dropped_) return std::nullopt;
    if (type == ColumnType::kNumeric) {
      return table.target_is_class ? link.numeric_with_class(classes_) : link.numeric_with_number();
    }
    return table.target_is_class ? link.levels_with_class() : link.levels_with_number();
  }

  ColumnType type_of(const ColumnAccumulator& column, const DeclaredType* declared) const {
    if (declared != nullptr) return declared->type;
    const std::uint64_t present = column.present();
    if (column.numbers.moments.count == present) return ColumnType::kNumeric;
    if (column.times.moments.count == present) return ColumnType::kDatetime;
    if (column.texts.booleans == present) return ColumnType::kBoolean;
    // Three standard errors on the safe side, where the count of levels is not exact.
    const double levels = column.distinct.estimate();
    const double all = static_cast<double>(present) * (1 - 3 * column.distinct.relative_error());
    const bool few = levels <= static_cast<double>(kMaxLevels) && levels < all;
    return few ? ColumnType::kCategory : ColumnType::kText;
  }

  ColumnProfile finish_column(std::size_t c) {
    ColumnAccumulator& column = columns_[c];
    ColumnProfile out;
    out.name = chunks_.header()[c];
    const auto declared = options_.types.find(out.name);
    out.declared = declared != options_.types.end();
    out.type = type_of(column, out.declared ? &declared->second : nullptr);
    out.rows = column.rows;
    out.missing = column.missing;
    out.distinct = std::min(std::round(column.distinct.estimate()), static_cast<double>(column.present()));
    out.distinct_error = column.distinct.relative_error();
    out.number_cells = column.numbers.moments.count;
    out.time_cells = column.times.moments.count;
    out.date_only = column.date_only && out.time_cells > 0;
    out.integer = out.type == ColumnType::kNumeric && out.number_cells > 0 && column.numbers.whole;
    if (out.type == ColumnType::kNumeric && out.number_cells > 0) out.numbers = number_profile(column.numbers);
    if (out.type == ColumnType::kDatetime && out.time_cells > 0) out.numbers = number_profile(column.times);
    top_values(column, out);
    out.texts = std::move(column.texts);
    return out;
  }

  static void top_values(const ColumnAccumulator& column, ColumnProfile& out) {
    std::vector<ValueCount> all;
    for (const auto& [value, count] : column.numbers.frequent.top(kTopShown))
      all.push_back({format_number(value), count});
    for (const auto& [value, count] : column.times.frequent.top(kTopShown)) {
      all.push_back({format_datetime(static_cast<std::int64_t>(value), column.date_only), count});
    }
    for (const auto& [text, count] : column.texts.frequent.top(kTopShown)) all.push_back({text, count});
    std::stable_sort(all.begin(), all.end(),
                     [](const ValueCount& a, const ValueCount& b) { return a.count > b.count; });
    if (all.size() > kTopShown) all.resize(kTopShown);
    out.top = std::move(all);
    out.top_error =
        std::max({column.numbers.frequent.error(), column.times.frequent.error(), column.texts.frequent.error()});
  }

  static NumberProfile number_profile(const NumberFigures& figures) {
    NumberProfile out;
    const Moments& moments = figures.moments;
    out.mean = moments.mean;
    out.sd = moments.sd_n_minus_1();
    out.min = moments.min + 0.0;
    out.max = moments.max + 0.0;
    out.skewness = figures.skewness();
    out.zeros = figures.zeros;
    out.negative = figures.negative;
    out.rising = figures.rising && moments.count > 1;
    out.quantile_error = figures.quantiles.rank_error();
    out.q1 = figures.quantiles.quantile(0.25);
    out.median = figures.quantiles.quantile(0.5);
    out.q3 = figures.quantiles.quantile(0.75);
    const double iqr = out.q3 - out.q1;
    if (iqr > 0) {
      const double low = out.q1 - 1.5 * iqr;
      const double high = out.q3 + 1.5 * iqr;
      out.outlier_share = figures.quantiles.share_up_to(low, true) + 1 - figures.quantiles.share_up_to(high);
      out.outlier_share = std::max(0.0, out.outlier_share);
    }
    histogram(figures, out);
    return out;
  }

  // One bin per value where there are few whole ones, else 24 of equal width; where a few values lie far out, over
  // the middle 99 % only.
  static void histogram(const NumberFigures& figures, NumberProfile& out) {
    constexpr std::size_t kBins = 24;
    const QuantileSketch& quantiles = figures.quantiles;
    const auto n = static_cast<double>(figures.moments.count);
    double low = out.min;
    double high = out.max;
    if (figures.whole && high - low < static_cast<double>(kBins)) {
      for (double edge = low - 0.5; edge <= high + 0.5; ++edge) out.edges.push_back(edge);
    } else {
      const double inner_low = quantiles.quantile(0.005);
      const double inner_high = quantiles.quantile(0.995);
      constexpr double kFar = 8;
      if (inner_high > inner_low && (high / 2 - low / 2) > kFar * (inner_high / 2 - inner_low / 2)) {
        low = inner_low;
        high = inner_high;
      }
      if (!(low < high)) {
        out.edges = {low - 0.5, low + 0.5};
      } else {
        for (std::size_t b = 0; b <= kBins; ++b) {
          const double share = static_cast<double>(b) / static_cast<double>(kBins);
          out.edges.push_back(low * (1 - share) + high * share);
        }
        out.edges.back() = high;
      }
    }
    out.below_histogram = std::round(n * quantiles.share_up_to(out.edges.front(), true));
    double before = quantiles.share_up_to(out.edges.front(), true);
    for (std::size_t b = 0; b + 1 < out.edges.size(); ++b) {
      // [from, to), the last one closed.
      const bool last = b + 2 == out.edges.size();
      const double upto = quantiles.share_up_to(out.edges[b + 1], !last);
      out.heights.push_back(std::round(n * std::max(0.0, upto - before)));
      before = std::max(before, upto);
    }
    out.above_histogram = std::round(n * std::max(0.0, 1 - before));
  }

  CsvChunkReader chunks_;
  const CsvReadOptions options_;
  Context& context_;
  CsvCellRules rules_;
  std::vector<std::atomic<std::uint64_t>> distinct_bounds_;
  ProfilePlan plan_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ProfileWorker>> idle_;
  std::vector<ColumnAccumulator> columns_;
  std::vector<LinkAccumulator> links_;
  std::vector<std::string> classes_;
  bool classes_dropped_ = false;
  RepeatSketch rows_;
  std::atomic<std::uint64_t> row_bound_{~std::uint64_t{0}};
  std::uint64_t row_count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

TableProfile profile_csv(const std::string& path, const CsvReadOptions& options, const std::string& target,
                         Context& context) {
  return Profiler(path, options, target, context).run();
}

}  // namespace mlkit
