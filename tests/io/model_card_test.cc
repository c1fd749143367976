#include "mlkit/io/model_card.h"

#include <gtest/gtest.h>

#include "support/mixed_rows.h"

namespace mlkit {
namespace {

using test::mixed_csv;
using test::options_for;
using test::read_rows;
using test::train_model;

TEST(ModelCard, SaysWhatTheFileKnowsAndCannotBeBrokenByNames) {
  std::string csv = "a|b,`tick`,<i>x</i>,y\n";
  for (int i = 0; i < 60; ++i) {
    csv += std::to_string(i % 7) + "," + (i % 3 == 0 ? "p|q" : "r`s") + "," + std::to_string(i % 4) + "," +
           (i % 5 < 2 ? "no" : "it's") + "\n";
  }
  TrainOptions options;
  options.target = "y";
  options.positive = "it's";
  const Pipeline pipeline = train_model(read_rows(csv), options);
  ModelFileInfo info;
  info.sha256 = "cafe";
  const std::string card = render_model_card(pipeline, info);
  EXPECT_NE(card.find("# Model card: `y`\n"), std::string::npos);
  EXPECT_NE(card.find("whether `y` is `it's` (else `no`)"), std::string::npos);
  EXPECT_NE(card.find("| `a\\|b` | numeric | 0 .. 6 |"), std::string::npos) << card;
  EXPECT_NE(card.find("| `` `tick` `` |"), std::string::npos);
  EXPECT_NE(card.find("--positive 'it'\\''s'"), std::string::npos);
  EXPECT_NE(card.find("SHA-256 `cafe`"), std::string::npos);
  EXPECT_NE(card.find("No score on rows that the model did not learn from"), std::string::npos);
  const Json json = model_card_to_json(pipeline, info);
  EXPECT_EQ(json["trained_on"]["rows"], 60);
  EXPECT_FALSE(json["scores"].contains("validation_rows"));
  json_text(json);  // throws where a number is not finite
}

TEST(ModelCard, ValidationScoresStandApartFromTrainingOnes) {
  const Table table = read_rows(mixed_csv(120));
  const Pipeline trained = train_model(table, options_for("number"));
  TrainingRecord record = trained.parts().record;
  record.valid_metrics = {{"r2", 0.125}};
  const std::string card = render_model_card(trained.with_record(record), {});
  EXPECT_NE(card.find("| metric | training rows | validation rows | baseline |"), std::string::npos);
  EXPECT_NE(card.find(" | 0.125 | "), std::string::npos);
  EXPECT_EQ(card.find("No score on rows"), std::string::npos);
}

}  // namespace
}  // namespace mlkit
