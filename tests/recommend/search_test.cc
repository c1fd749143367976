#include "mlkit/recommend/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "mlkit/recommend/evaluate_views.h"
#include "support/golden.h"
#include "support/small_catalogue.h"

namespace mlkit {
namespace {

using test::CatalogueRow;
using test::make_index;

// The definition, item by item in double precision: no inverted index, no bounds.
std::vector<Recommendation> slow_search(const ItemIndex& index, const std::vector<std::uint32_t>& viewed,
                                        const SearchOptions& options, double decay = 1) {
  std::map<std::uint32_t, double> profile;
  double share = 1;
  double price = 0;
  double priced = 0;
  std::vector<std::uint32_t> categories;
  for (std::size_t v = viewed.size(); v-- > 0; share *= decay) {
    for (std::size_t i = 0; i < index.item_terms(viewed[v]).size(); ++i) {
      profile[index.item_terms(viewed[v])[i]] += share * index.item_weights(viewed[v])[i];
    }
    categories.push_back(index.catalogue().category[viewed[v]]);
    if (std::isnan(index.catalogue().prices[viewed[v]])) continue;
    price += index.catalogue().prices[viewed[v]];
    ++priced;
  }
  double squares = 0;
  for (const auto& [term, weight] : profile) squares += weight * weight;
  std::vector<std::tuple<double, std::uint32_t, std::uint32_t>> all;
  for (std::uint32_t item = 0; item < index.size(); ++item) {
    if (std::find(viewed.begin(), viewed.end(), item) != viewed.end()) continue;
    const double own = index.catalogue().prices[item];
    if (options.min_price && !(own >= *options.min_price)) continue;
    if (options.max_price && !(own <= *options.max_price)) continue;
    if (options.price_within &&
        !(std::abs(own - price / priced) <= *options.price_within * price / priced * (1 + 1e-9)))
      continue;
    const std::uint32_t category = index.catalogue().category[item];
    const bool same = std::find(categories.begin(), categories.end(), category) != categories.end();
    if (options.same_category && !same) continue;
    const auto& only = options.only_categories;
    if (!only.empty() && std::find(only.begin(), only.end(), category) == only.end()) continue;
    double score = 0;
    for (std::size_t i = 0; i < index.item_terms(item).size(); ++i) {
      const auto found = profile.find(index.item_terms(item)[i]);
      if (found != profile.end()) score += found->second / std::sqrt(squares) * index.item_weights(item)[i];
    }
    if (same) score *= 1 + options.category_boost;
    score = std::floor(score * 1e12 + 0.5) / 1e12;
    if (score > 0) all.emplace_back(-score, index.id_rank(item), item);
  }
  std::sort(all.begin(), all.end());
  std::vector<Recommendation> out;
  for (const auto& [score, rank, item] : all) {
    if (out.size() < options.top) out.push_back({item, -score});
  }
  return out;
}

void expect_same(const std::vector<Recommendation>& found, const std::vector<Recommendation>& wanted,
                 const std::string& what) {
  ASSERT_EQ(found.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].item, wanted[i].item) << what << ", place " << i;
    EXPECT_EQ(found[i].score, wanted[i].score) << what << ", place " << i;
  }
}

// tests/golden/tfidf.json: cosines from a program of its own, by formula. What was viewed is one document.
TEST(Search, GoldenCosinesInTheirOrder) {
  std::size_t cases = 0;
  for (const Json& golden : test::golden_cases("tfidf")) {
    if (golden.at("id") == "plain_idf") continue;  // another idf than the recommender's
    ++cases;
    std::vector<CatalogueRow> rows;
    for (const Json& text : golden.at("input").at("documents")) {
      rows.push_back({std::to_string(rows.size()), text.get<std::string>()});
    }
    const ItemIndex index = make_index(rows, {.sublinear = golden.at("id") == "sublinear"});
    for (std::uint32_t viewed = 0; viewed < rows.size(); ++viewed) {
      std::vector<std::pair<double, std::uint32_t>> wanted;
      for (std::uint32_t item = 0; item < rows.size(); ++item) {
        const double cosine = golden.at("expected").at("cosine")[viewed][item];
        if (item != viewed && cosine > 0) wanted.emplace_back(-std::round(cosine * 1e12), item);
      }
      std::sort(wanted.begin(), wanted.end());
      Searcher searcher(index, {});
      const auto found = searcher.search(make_profile(index, {&viewed, 1}));
      ASSERT_EQ(found.size(), wanted.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].item, wanted[i].second);
        EXPECT_NEAR(found[i].score, golden.at("expected").at("cosine")[viewed][found[i].item].get<double>(), 1e-12);
      }
    }
  }
  EXPECT_EQ(cases, 3u);
}

// Enough items that whole lists of frequent terms are left unread.
TEST(Search, WhatIsSkippedChangesNothing) {
  const ItemIndex index = make_index(test::zipf_rows(3000, 1, 400));
  for (const std::size_t top : {1u, 3u, 10u, 200u, 5000u}) {
    SearchOptions options;
    options.top = top;
    Searcher searcher(index, options);
    for (std::uint32_t item = 0; item < 40; ++item) {
      expect_same(searcher.search(make_profile(index, {&item, 1})), slow_search(index, {item}, options),
                  std::to_string(top) + " for " + std::to_string(item));
    }
  }
}

TEST(Search, ProfilesOfSeveralItemsFiltersAndBoosts) {
  const ItemIndex index = make_index(test::zipf_rows(1500, 2, 200));
  std::vector<SearchOptions> all(7);
  all[1].min_price = 30;
  all[1].max_price = 60;
  all[2].price_within = 0.2;
  all[3].only_categories = {1, 3};
  all[4].same_category = true;
  all[5].category_boost = 0.5;
  all[6].category_boost = 3;
  all[6].price_within = 0.5;
  all[6].top = 50;
  RandomStream draws(7, RandomPurpose::kSample);
  for (std::size_t which = 0; which < all.size(); ++which) {
    Searcher searcher(index, all[which]);
    for (int round = 0; round < 12; ++round) {
      std::vector<std::uint32_t> viewed;
      for (std::uint64_t left = 1 + draws.below(5); left > 0; --left) {
        const auto item = static_cast<std::uint32_t>(draws.below(index.size()));
        if (index.has_text(item) && !std::isnan(index.catalogue().prices[item])) viewed.push_back(item);
      }
      if (viewed.empty()) continue;
      const double decay = round % 2 == 0 ? 1 : 0.7;
      expect_same(searcher.search(make_profile(index, viewed, decay)), slow_search(index, viewed, all[which], decay),
                  "options " + std::to_string(which) + ", round " + std::to_string(round));
    }
  }
}

TEST(Search, TiesGoByIdAsNumbers) {
  const ItemIndex index = make_index({{"100", "red shoe"}, {"20", "red shoe"}, {"3", "red shoe"}, {"1", "blue hat"}});
  const std::uint32_t viewed = 0;
  Searcher searcher(index, {});
  const auto found = searcher.search(make_profile(index, {&viewed, 1}));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(index.catalogue().ids.at(found[0].item), "3");
  EXPECT_EQ(index.catalogue().ids.at(found[1].item), "20");
  EXPECT_EQ(found[0].score, 1);
}

TEST(Search, BoundsInDecimalsBelongToTheRange) {
  const ItemIndex index = make_index({{"1", "cup", "", 3.3},
                                      {"2", "cup", "", 2.64},
                                      {"3", "cup", "", 3.96},
                                      {"4", "cup", "", 2.63},
                                      {"5", "cup", "", 3.97},
                                      {"6", "cup"}});
  SearchOptions options;
  options.price_within = 0.2;
  Searcher searcher(index, options);
  const std::uint32_t viewed = 0;
  const auto found = searcher.search(make_profile(index, {&viewed, 1}));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].item, 1u);
  EXPECT_EQ(found[1].item, 2u);
  const std::uint32_t unpriced = 5;  // nothing is near a price that is not known
  EXPECT_TRUE(searcher.search(make_profile(index, {&unpriced, 1})).empty());
}

TEST(Search, ItemsWithoutTextAreNeitherFoundNorAsked) {
  const ItemIndex index = make_index({{"1", "red shoe"}, {"2", ""}, {"3", "a !"}, {"4", "red"}});
  EXPECT_FALSE(index.has_text(1));
  EXPECT_FALSE(index.has_text(2));
  Searcher searcher(index, {});
  for (const std::uint32_t cold : {1u, 2u}) EXPECT_TRUE(searcher.search(make_profile(index, {&cold, 1})).empty());
  const std::uint32_t warm = 0;
  EXPECT_EQ(searcher.search(make_profile(index, {&warm, 1})).size(), 1u);
  const ItemIndex alone = make_index({{"1", "red shoe"}});
  EXPECT_TRUE(Searcher(alone, {}).search(make_profile(alone, {&warm, 1})).empty());
}

TEST(Search, TitlesInScriptsWithoutSpacesAreAlikeByTheirPairs) {
  const ItemIndex index = make_index({{"1", "无线蓝牙耳机"},
                                      {"2", "蓝牙耳机黑色"},
                                      {"3", "不锈钢水杯"},
                                      {"4", "หูฟังไร้สาย"},
                                      {"5", "หูฟังบลูทูธ"},
                                      {"6", "किताब नई"},
                                      {"7", "किताब"}});
  Searcher searcher(index, {});
  const std::vector<std::vector<std::uint32_t>> wanted = {{1}, {0}, {}, {4}, {3}, {6}, {5}};
  for (std::uint32_t item = 0; item < wanted.size(); ++item) {
    std::vector<std::uint32_t> found;
    for (const Recommendation& one : searcher.search(make_profile(index, {&item, 1}))) found.push_back(one.item);
    EXPECT_EQ(found, wanted[item]) << item;
  }
}

TEST(Search, DiversityTakesTheNextUnlikeTheOnesBefore) {
  const ItemIndex index = make_index({{"1", "red running shoe"},
                                      {"2", "red running shoe light"},
                                      {"3", "red running shoe light"},
                                      {"4", "red hat"},
                                      {"5", "blue sock"}});
  const std::uint32_t viewed = 0;
  SearchOptions options;
  options.top = 3;
  const auto plain = Searcher(index, options).search(make_profile(index, {&viewed, 1}));
  ASSERT_EQ(plain.size(), 3u);
  EXPECT_EQ(plain[1].item, 2u);
  options.diversity = 0.5;
  const auto spread = Searcher(index, options).search(make_profile(index, {&viewed, 1}));
  ASSERT_EQ(spread.size(), 3u);
  EXPECT_EQ(spread[0].item, 1u);  // the best one as before
  EXPECT_EQ(spread[1].item, 3u);  // the copy of the first comes last
  EXPECT_EQ(spread[2].item, 2u);
  EXPECT_EQ(spread[2].score, plain[1].score);
}

TEST(Search, ReasonsAreTheTermsWithTheLargestParts) {
  const ItemIndex index =
      make_index({{"1", "zebra shoe red"}, {"2", "zebra shoe blue"}, {"3", "shoe"}, {"4", "shoe red"}});
  const std::uint32_t viewed = 0;
  Searcher searcher(index, {});
  const Profile profile = make_profile(index, {&viewed, 1});
  const auto words = [&](std::size_t item, std::size_t most) {
    std::string out;
    for (const std::uint32_t term : searcher.reasons(profile, item, most)) out += index.counts().terms[term] + " ";
    return out;
  };
  EXPECT_EQ(words(1, 5), "zebra shoe ");
  EXPECT_EQ(words(1, 1), "zebra ");
  EXPECT_EQ(words(3, 5), "red shoe ");
}

ViewLog log_of(const std::vector<std::vector<std::uint32_t>>& views) {
  ViewLog log;
  log.begins = {0};
  for (const auto& items : views) {
    log.users.insert("u" + std::to_string(log.users.size()));
    log.items.insert(log.items.end(), items.begin(), items.end());
    log.begins.push_back(log.items.size());
  }
  return log;
}

// By hand, k = 2. u0 viewed item 0, then 1: found first. u1 viewed 2, then 4: nothing is like it but 3. u2: one view.
// u3 viewed 0 twice. Views before the last ones: 0 by u0, 2 by u1. So popularity shows u0 the items 2, 1: rank 2; u1:
// 0, 1: none.
TEST(EvaluateViews, FiguresByHand) {
  const ItemIndex index =
      make_index({{"1", "red shoe"}, {"2", "red shoe"}, {"3", "blue hat"}, {"4", "blue hat"}, {"5", "pen"}});
  SearchOptions options;
  options.top = 2;
  const ViewsEvaluation result =
      evaluate_views(index, log_of({{0, 1}, {2, kNoLevel, 4}, {3, kNoLevel}, {0, 0}}), options, 1, Context(1));
  EXPECT_EQ(result.users, 2u);
  EXPECT_EQ(result.single_view, 1u);
  EXPECT_EQ(result.seen_before, 1u);
  EXPECT_EQ(result.distinct_items, 2u);
  EXPECT_EQ(result.content.hit_rate, 0.5);
  EXPECT_EQ(result.content.ndcg, 0.5);
  EXPECT_EQ(result.content.mrr, 0.5);
  EXPECT_EQ(result.popularity.hit_rate, 0.5);
  EXPECT_NEAR(result.popularity.ndcg, 0.5 / std::log2(3.0), 1e-15);
  EXPECT_EQ(result.popularity.mrr, 0.25);
  EXPECT_NEAR(result.random.hit_rate, 2.0 / 4, 1e-15);
  EXPECT_NEAR(result.random.ndcg, (1 + 1 / std::log2(3.0)) / 4, 1e-15);
}

TEST(EvaluateViews, ThreadsChangeNothing) {
  const ItemIndex index = make_index(test::zipf_rows(500, 4, 100));
  RandomStream draws(11, RandomPurpose::kSample);
  std::vector<std::vector<std::uint32_t>> views(300);
  for (auto& items : views) {
    for (int i = 0; i < 4; ++i) items.push_back(static_cast<std::uint32_t>(draws.below(index.size())));
  }
  const ViewsEvaluation one = evaluate_views(index, log_of(views), {}, 0.9, Context(1));
  const ViewsEvaluation many = evaluate_views(index, log_of(views), {}, 0.9, Context(3));
  EXPECT_EQ(one.content.ndcg, many.content.ndcg);
  EXPECT_EQ(one.popularity.ndcg, many.popularity.ndcg);
  EXPECT_EQ(one.distinct_items, many.distinct_items);
}

}  // namespace
}  // namespace mlkit
