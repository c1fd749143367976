#include "mlkit/clean/names.h"

#include <gtest/gtest.h>

namespace mlkit {
namespace {

// Expected values from the rule that the peers of the benchmark use (NFKD, ASCII, two regular expressions).
TEST(SnakeCase, WordsAcronymsAndSigns) {
  for (const auto& [name, expected] :
       std::vector<std::pair<std::string, std::string>>{{"Customer ID", "customer_id"},
                                                        {" First Name ", "first_name"},
                                                        {"SignUp-Date", "sign_up_date"},
                                                        {"Last.Login (UTC)", "last_login_utc"},
                                                        {"Annual Income ($)", "annual_income"},
                                                        {"ageYears", "age_years"},
                                                        {"Total   Spend", "total_spend"},
                                                        {"Discount%", "discount"},
                                                        {"is Active?", "is_active"},
                                                        {"Notes, free text", "notes_free_text"},
                                                        {"Score#1", "score_1"},
                                                        {"Score #2", "score_2"},
                                                        {"HTTPLatencyMs", "http_latency_ms"},
                                                        {"HTTPCode", "http_code"},
                                                        {"userID2Name", "user_id2_name"},
                                                        {"SibSp", "sib_sp"},
                                                        {"ABCd", "ab_cd"},
                                                        {"ABC", "abc"},
                                                        {"A1B", "a1_b"},
                                                        {"x", "x"},
                                                        {"__already_snake__", "already_snake"},
                                                        {"MSRP", "msrp"},
                                                        {"Culmen Length (mm)", "culmen_length_mm"},
                                                        {"Delta 15 N (o/oo)", "delta_15_n_o_oo"}}) {
    EXPECT_EQ(snake_case(name), expected) << name;
  }
}

TEST(SnakeCase, AccentsAndCompatibilityForms) {
  EXPECT_EQ(snake_case("Größe (m²)"), "groe_m2");  // ß has no decomposition
  EXPECT_EQ(snake_case("Crédit Élevé"), "credit_eleve");
  EXPECT_EQ(snake_case("e\xCC\x81t\xC3\xA9"), "ete");  // combining accent
  EXPECT_EQ(snake_case("Ａｂ"), "ab");
  EXPECT_EQ(snake_case("ﬁeld"), "field");
  EXPECT_EQ(snake_case("a\xC2\xA0"
                       "b"),
            "a_b");  // no-break space
  EXPECT_EQ(snake_case("価格 (yen)"), "yen");
  EXPECT_EQ(snake_case("価格"), "");
}

TEST(SnakeCase, LeadingDigitGetsALetter) {
  EXPECT_EQ(snake_case("1st Floor"), "x1st_floor");
  EXPECT_EQ(snake_case("#2"), "x2");
}

TEST(CleanNames, CollisionsAreNumberedAndEmptyNamesGetTheirPosition) {
  const std::vector<std::string> names = {"Name", "name", "NAME", "価格", "?", "name_2"};
  EXPECT_EQ(clean_names(names),
            (std::vector<std::string>{"name", "name_2", "name_3", "column_4", "column_5", "name_2_2"}));
}

TEST(CleanNames, SecondPassChangesNothing) {
  const std::vector<std::string> names = {"Name", "name", "1st", "価格", "aB", "a_b", "HTTPCode2XX", "x", "ÀB"};
  const std::vector<std::string> once = clean_names(names);
  EXPECT_EQ(clean_names(once), once);
}

}  // namespace
}  // namespace mlkit
