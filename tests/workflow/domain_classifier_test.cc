#include "mlkit/workflow/domain_classifier.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

Table table(std::size_t rows, double scale_b, std::uint32_t sub) {
  RandomStream random(21, RandomPurpose::kSimulate, sub);
  std::vector<double> a, b;
  std::vector<std::string> c;
  for (std::size_t i = 0; i < rows; ++i) {
    a.push_back(i % 50 == 0 ? std::nan("") : random.normal());
    b.push_back(scale_b * random.normal());
    c.push_back(random.uniform() < 0.5 ? "p" : "q");
  }
  return Table({make_numeric_column("a", a), make_numeric_column("b", b), make_category_column("c", c)});
}

TEST(DomainClassifier, CannotTellWhatIsAlike) {
  Context context(2);
  const DomainClassifier found = fit_domain_classifier(table(800, 1, 1), table(800, 1, 2), 42, context);
  // The standard error of an area over 800 and 800 rows is 0.0145; three of them.
  EXPECT_NEAR(found.auc, 0.5, 0.045);
  EXPECT_LT(found.interval.low, found.interval.high);
}

TEST(DomainClassifier, SeesAChangeOfSpreadAndNamesItsColumn) {
  Context context(2);
  const DomainClassifier found = fit_domain_classifier(table(800, 1, 1), table(800, 3, 2), 42, context);
  EXPECT_GT(found.interval.low, 0.6);
  ASSERT_EQ(found.columns.size(), 3u);
  EXPECT_EQ(found.columns[0].first, "b");
  EXPECT_GT(found.columns[0].second, 2 * found.columns[1].second);
}

TEST(DomainClassifier, GivesTheSameForTheSameSeedAndAnyThreads) {
  Context one(1), eight(8);
  const Table a = table(300, 1, 1), b = table(300, 2, 2);
  EXPECT_EQ(fit_domain_classifier(a, b, 7, one).auc, fit_domain_classifier(a, b, 7, eight).auc);
}

TEST(DomainClassifier, TooFewRowsAreRefused) {
  Context context(1);
  EXPECT_THROW(fit_domain_classifier(table(5, 1, 1), table(800, 1, 2), 42, context), Error);
}

}  // namespace
}  // namespace mlkit
