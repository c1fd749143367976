#include "mlkit/drift/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

std::vector<double> normals(std::size_t n, double shift, double scale, std::uint32_t sub) {
  RandomStream random(9, RandomPurpose::kSimulate, sub);
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(scale * random.normal() + shift);
  return out;
}

NumberSample sample_of(std::vector<double> values) {
  NumberSample out;
  out.rows = values.size();
  std::sort(values.begin(), values.end());
  out.sorted = std::move(values);
  return out;
}

ColumnDrift against(const ReferenceColumn& reference, const Column& current) {
  CurrentColumn counted(reference);
  counted.observe(current);
  return counted.compare(reference, {});
}

TEST(Reference, MeasuresWhatTheTablesThemselvesWould) {
  const std::vector<double> a = normals(4000, 0, 1, 1), b = normals(3000, 0.3, 1.2, 2);
  const ColumnDrift exact = compare_numbers(sample_of(a), sample_of(b), {});
  const ColumnDrift kept = against(learn_reference(make_numeric_column("x", a)), make_numeric_column("x", b));
  // The same bins: the same PSI and Jensen-Shannon distance.
  EXPECT_DOUBLE_EQ(kept.psi->value, exact.psi->value);
  EXPECT_DOUBLE_EQ(*kept.jensen_shannon, *exact.jensen_shannon);
  EXPECT_NEAR(*kept.mean_current, *exact.mean_current, 1e-12);
  // D at 99 points of a smooth distribution: a lower bound, within the 1 % between two of them.
  EXPECT_LE(kept.ks->statistic, exact.ks->statistic + 1e-15);
  EXPECT_GT(kept.ks->statistic, exact.ks->statistic - 0.01);
  EXPECT_TRUE(kept.ks_binned);
  // Even bins of 1 % each: off by at most their width in shares times the spread of the values in the tails.
  EXPECT_NEAR(*kept.wasserstein, *exact.wasserstein, 0.05 * *exact.wasserstein);
}

TEST(Reference, BlocksMergeToTheWhole) {
  const std::vector<double> a = normals(500, 0, 1, 3), b = normals(900, 0, 1, 4);
  const ReferenceColumn reference = learn_reference(make_numeric_column("x", a));
  CurrentColumn whole(reference), left(reference), right(reference);
  whole.observe_numbers(b);
  left.observe_numbers(std::span(b).first(300));
  right.observe_numbers(std::span(b).subspan(300));
  left.merge(right);
  EXPECT_EQ(left.compare(reference, {}).ks->p_value, whole.compare(reference, {}).ks->p_value);
  EXPECT_EQ(left.rows(), 900u);
}

TEST(Reference, LevelsUnseenLevelsAndMissingCellsAreCounted) {
  const ReferenceColumn reference = learn_reference(make_category_column("c", {"a", "a", "b", "", "a", "b"}));
  EXPECT_EQ(reference.levels, (std::vector<std::string>{"a", "b"}));
  CurrentColumn left(reference), right(reference);
  left.observe(make_category_column("c", {"a", "z", "", "z"}));
  right.observe(make_text_column("c", {"b", "y"}));
  left.merge(right);
  const ColumnDrift found = left.compare(reference, {});
  EXPECT_EQ(found.unseen, 3u);
  EXPECT_EQ(found.unseen_levels, (std::vector<std::string>{"z", "y"}));
  EXPECT_EQ(found.missing_current, 1u);
  EXPECT_EQ(found.current_rows, 6u);
}

TEST(Reference, RareLevelsShareOneCountOnceThereAreTooMany) {
  std::vector<std::string> cells;
  for (int i = 0; i < 500; ++i) cells.insert(cells.end(), {"level " + std::to_string(i), "common"});
  const ReferenceColumn reference = learn_reference(make_category_column("c", cells));
  EXPECT_EQ(reference.levels.size(), 200u);
  EXPECT_EQ(reference.levels[0], "common");
  EXPECT_EQ(reference.other_levels, 301u);
  EXPECT_EQ(reference.other_rows, 301u);
  const ColumnDrift same = against(reference, make_category_column("c", cells));
  EXPECT_EQ(same.psi->value, 0);
  EXPECT_EQ(same.unseen, 0u);
}

TEST(Reference, ConstantAndMissingColumnsGiveNumbers) {
  const ReferenceColumn constant = learn_reference(make_numeric_column("x", {5, 5, 5}));
  EXPECT_EQ(against(constant, make_numeric_column("x", {5, 5})).ks->statistic, 0);
  const ColumnDrift moved = against(constant, make_numeric_column("x", {7, 7}));
  EXPECT_EQ(moved.ks->statistic, 1);
  EXPECT_TRUE(std::isfinite(*moved.wasserstein));
  // Below a value that most cells have, and below the least one: told apart although no quantile lies there.
  EXPECT_EQ(against(constant, make_numeric_column("x", {4, 4})).ks->statistic, 1);
  EXPECT_NEAR(*against(constant, make_numeric_column("x", {4, 4})).wasserstein, 1, 1e-12);
  std::vector<double> zeros(200, 0.0);
  for (int i = 0; i < 50; ++i) zeros.push_back(1 + i);
  const ReferenceColumn mostly_zero = learn_reference(make_numeric_column("x", zeros));
  EXPECT_EQ(against(mostly_zero, make_numeric_column("x", {-1, -1})).ks->statistic, 1);
  const double none = std::nan("");
  const ReferenceColumn missing = learn_reference(make_numeric_column("x", {none, none}));
  const ColumnDrift found = against(missing, make_numeric_column("x", {1, none}));
  EXPECT_FALSE(found.ks.has_value());
  EXPECT_GT(found.psi->value, 0);
}

TEST(Reference, IsSavedAndReadBackToTheByte) {
  DriftReference reference;
  reference.columns = {learn_reference(make_numeric_column("x", normals(300, 0, 1, 5))),
                       learn_reference(make_category_column("c", {"a", "", "b"})),
                       learn_reference(make_numeric_column("none", {std::nan(""), std::nan("")}))};
  reference.predictions = {learn_reference_of_labels("prediction", {"no", "yes"}, std::vector<std::int32_t>{0, 1, 1}),
                           learn_reference_of_numbers("score", {0.1, 0.9, 0.8})};
  BinaryWriter out;
  reference.save(out);
  BinaryReader in(out.data(), "drift");
  const DriftReference read = DriftReference::load(in);
  in.expect_end();
  BinaryWriter again;
  read.save(again);
  EXPECT_EQ(again.data(), out.data());
  EXPECT_LT(out.data().size(), 4000u);
}

TEST(Reference, WhateverTheBytesTheyAreReadOrRefused) {
  DriftReference reference;
  reference.columns = {learn_reference(make_numeric_column("x", normals(50, 0, 1, 6))),
                       learn_reference(make_category_column("c", {"a", "", "b"}))};
  BinaryWriter out;
  reference.save(out);
  const std::string bytes = out.data();
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 3) {
    std::string broken = bytes;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    try {
      BinaryReader in(broken, "drift");
      for (const ReferenceColumn& column : DriftReference::load(in).columns) {
        const Column current =
            column.kind == DriftKind::kCategory ? make_category_column("c", {"a"}) : make_numeric_column("x", {1});
        against(column, current);
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kModelFile);
    }
  }
}

TEST(Reference, RowsAreDrawnEvenlyAndAllWhereTheyAreFew) {
  EXPECT_EQ(sample_rows(3, 1), (std::vector<std::uint32_t>{0, 1, 2}));
  const std::vector<std::uint32_t> rows = sample_rows(4 * kReferenceRows, 42);
  ASSERT_EQ(rows.size(), kReferenceRows);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i] / 4, i);
  EXPECT_NE(rows, sample_rows(4 * kReferenceRows, 43));
}

}  // namespace
}  // namespace mlkit
