#include "mlkit/recommend/sealed_index.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <string>

#include "../src/io/model_container.h"
#include "mlkit/base/error.h"
#include "mlkit/io/item_index_file.h"
#include "mlkit/recommend/search.h"
#include "support/golden.h"
#include "support/repair_model.h"
#include "support/small_catalogue.h"
#include "support/small_pipeline.h"

namespace mlkit {
namespace {

SealedIndex small_index() {
  SealedIndex out{test::make_index({{"10", "red shoe", "shoes", 9.5},
                                    {"9", "blue shoe", "shoes", 8},
                                    {"8", "", "hats"},
                                    {"7", "red hat hat", "hats", 3}}),
                  {"0.1.0", {"title"}, true, true},
                  {}};
  out.self_test = make_index_self_test(out.index);
  return out;
}

SealedIndex load(std::string_view bytes) { return item_index_from_bytes(bytes, "test.mlkit", Context(1)); }

// 0 where the bytes load, else the exit code of the error.
int code_of_loading(std::string_view bytes) {
  try {
    load(bytes);
  } catch (const Error& error) {
    return static_cast<int>(error.code());
  }
  return 0;
}

TEST(ItemIndexFile, SaveLoadSaveGivesTheSameBytesAndAnswers) {
  for (const WeighingOptions& options : {WeighingOptions{}, WeighingOptions{TermWeighting::kTfIdf, true},
                                         WeighingOptions{TermWeighting::kBm25, false}}) {
    SealedIndex sealed{test::make_index(test::zipf_rows(400, 6, 90), options), {"0.1.0", {"title"}, true, true}, {}};
    sealed.self_test = make_index_self_test(sealed.index);
    const std::string bytes = item_index_to_bytes(sealed);
    const SealedIndex loaded = load(bytes);
    EXPECT_EQ(item_index_to_bytes(loaded), bytes);
    EXPECT_EQ(loaded.index.options(), options);
    EXPECT_EQ(replay_index_self_test(loaded.index, loaded.self_test).passed, 8u);
    Searcher before(sealed.index, {});
    Searcher after(loaded.index, {});
    for (std::uint32_t item = 0; item < 400; ++item) {
      const auto wanted = before.search(make_profile(sealed.index, {&item, 1}));
      const auto found = after.search(make_profile(loaded.index, {&item, 1}));
      ASSERT_EQ(found.size(), wanted.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].item, wanted[i].item);
        EXPECT_EQ(found[i].score, wanted[i].score);
      }
    }
  }
}

TEST(ItemIndexFile, EveryTruncationAndEveryFlippedBitIsRefused) {
  const std::string bytes = item_index_to_bytes(small_index());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(code_of_loading(std::string_view(bytes).substr(0, size)), 4) << size;
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string broken = bytes;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_EQ(code_of_loading(broken), 4) << bit;
  }
  EXPECT_EQ(code_of_loading(bytes + '\0'), 4);
}

// With the checksums repaired the readers of the sections are alone: they refuse, or make an index that answers.
TEST(ItemIndexFile, FlippedBitsWithRepairedChecksumsNeverCrash) {
  const std::string bytes = item_index_to_bytes(small_index());
  std::size_t refused = 0;
  for (std::size_t at = internal::kHeaderBytes; at + internal::kDigestBytes < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = bytes;
      broken[at] = static_cast<char>(broken[at] ^ (1 << bit));
      try {
        const SealedIndex sealed = load(test::repair_model(broken));
        replay_index_self_test(sealed.index, sealed.self_test);
        const std::string again = item_index_to_bytes(sealed);
        EXPECT_EQ(item_index_to_bytes(load(again)), again);
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), ErrorCode::kModelFile) << error.what();
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000u);
}

TEST(ItemIndexFile, SizesThatLieAreRefusedWithoutTakingMemory) {
  const std::string bytes = item_index_to_bytes(small_index());
  struct rusage before = {};
  getrusage(RUSAGE_SELF, &before);
  for (const std::uint64_t claim : {std::uint64_t{1} << 31, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    for (std::size_t at = internal::kHeaderBytes; at + 8 + internal::kDigestBytes < bytes.size(); ++at) {
      std::string broken = bytes;
      std::memcpy(broken.data() + at, &claim, 8);
      code_of_loading(test::repair_model(broken));
    }
  }
  struct rusage after = {};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);  // KiB
}

// Written once from tests/cli/cases/recommend_users/shop.csv (mlkit recommend shop.csv --index-out v1_shop.mlkit): it
// stays for ever, and every later version reads it.
TEST(ItemIndexFile, TheFileOfVersionOneIsReadAndAnswers) {
  const std::string bytes = test::read_text(MLKIT_SOURCE_DIR "/tests/golden/item_indexes/v1_shop.mlkit");
  const SealedIndex sealed = load(bytes);
  EXPECT_EQ(item_index_to_bytes(sealed), bytes);
  const IndexSelfTestResult result = replay_index_self_test(sealed.index, sealed.self_test);
  EXPECT_EQ(result.rows, 5u);
  EXPECT_EQ(result.passed, 5u);
  const std::uint32_t viewed = sealed.index.catalogue().ids.find("5");
  Searcher searcher(sealed.index, {});
  const auto found = searcher.search(make_profile(sealed.index, {&viewed, 1}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(sealed.index.catalogue().ids.at(found[0].item), "6");
  EXPECT_NEAR(found[0].score, 0.449329391753, 1e-12);
}

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModelFile);
    return error.what();
  }
  return "";
}

TEST(ItemIndexFile, ModelsAndIndexesAreToldApart) {
  const std::string index = item_index_to_bytes(small_index());
  const std::string model = pipeline_to_bytes(test::small_pipeline());
  EXPECT_TRUE(holds_item_index(index));
  EXPECT_FALSE(holds_item_index(model));
  EXPECT_FALSE(holds_item_index(""));
  EXPECT_NE(message_of([&] { pipeline_from_bytes(index, "i.mlkit"); }).find("mlkit recommend FILE"), std::string::npos);
  EXPECT_NE(message_of([&] { load(model); }).find("no index of items"), std::string::npos);
  EXPECT_NE(message_of([&] { load("id,title\n1,x\n"); }).find("not a model file"), std::string::npos);
}

TEST(ItemIndexFile, ANeighbourThatIsAnotherNowFailsTheSelfTest) {
  SealedIndex sealed = small_index();
  ASSERT_EQ(replay_index_self_test(sealed.index, sealed.self_test).passed, sealed.self_test.rows.size());
  sealed.self_test.rows[0].scores[0] += 1e-6;
  const IndexSelfTestResult result = replay_index_self_test(sealed.index, sealed.self_test);
  EXPECT_EQ(result.passed + 1, result.rows);
  EXPECT_NEAR(result.max_error, 1e-6, 1e-15);
}

}  // namespace
}  // namespace mlkit
