#include "mlkit/io/model_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "../src/io/model_container.h"
#include "mlkit/base/error.h"
#include "support/small_pipeline.h"

namespace mlkit {
namespace {

using test::small_pipeline;

// 0 where the bytes load, else the exit code of the error.
int code_of_loading(std::string_view bytes) {
  try {
    pipeline_from_bytes(bytes, "test.mlkit");
  } catch (const Error& error) {
    return static_cast<int>(error.code());
  }
  return 0;
}

std::string message_of_loading(std::string_view bytes) {
  try {
    pipeline_from_bytes(bytes, "test.mlkit");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Pipeline cross_validated_pipeline() {
  const Pipeline pipeline = small_pipeline(2);
  TrainingRecord record = pipeline.parts().record;
  record.cv = {"5 folds", {{"roc_auc", 0.75, 0.125}, {"log_loss", 0.5, std::nullopt}}};
  return pipeline.with_record(std::move(record));
}

std::vector<Pipeline> every_kind() {
  return {small_pipeline(2),       small_pipeline(4),       small_pipeline(0),
          small_pipeline(2, true), small_pipeline(0, true), cross_validated_pipeline()};
}

// A file with the sections of `bytes`, changed, and right checksums.
template <class Change>
std::string repacked(const std::string& bytes, const Change& change) {
  ModelFileInfo info;
  std::vector<internal::RawSection> sections = internal::unpack_sections(bytes, info);
  std::vector<std::string> owned;
  for (const internal::RawSection& section : sections) owned.emplace_back(section.bytes);
  change(sections, owned);
  for (std::size_t i = 0; i < sections.size(); ++i) sections[i].bytes = owned[i];
  return internal::pack_sections(sections);
}

TEST(ModelFile, SaveLoadSaveGivesTheSameBytes) {
  for (const Pipeline& pipeline : every_kind()) {
    const std::string bytes = pipeline_to_bytes(pipeline);
    const Pipeline loaded = pipeline_from_bytes(bytes, "test.mlkit");
    EXPECT_EQ(pipeline_to_bytes(loaded), bytes);
  }
}

TEST(ModelFile, LoadedModelsAnswerAsTheOriginal) {
  const Table table = test::small_table();
  for (const Pipeline& pipeline : every_kind()) {
    const Pipeline loaded = pipeline_from_bytes(pipeline_to_bytes(pipeline), "test.mlkit");
    const Predictions before = pipeline.predict(table, Context(1));
    const Predictions after = loaded.predict(table, Context(1));
    EXPECT_EQ(before.probabilities, after.probabilities);
    EXPECT_EQ(before.values, after.values);
    EXPECT_EQ(before.labels, after.labels);
    EXPECT_EQ(replay_self_test(loaded).passed, replay_self_test(loaded).rows);
  }
}

TEST(ModelFile, ScoresOfCrossValidationAreKeptAndChangeNothingElse) {
  const std::string bytes = pipeline_to_bytes(cross_validated_pipeline());
  const CvRecord cv = pipeline_from_bytes(bytes, "test.mlkit").parts().record.cv;
  EXPECT_EQ(cv.how, "5 folds");
  ASSERT_EQ(cv.scores.size(), 2u);
  EXPECT_EQ(cv.scores[0].metric, "roc_auc");
  EXPECT_EQ(cv.scores[0].mean, 0.75);
  EXPECT_EQ(cv.scores[0].sd, 0.125);
  EXPECT_EQ(cv.scores[1].sd, std::nullopt);
  const std::string without = repacked(bytes, [](auto& sections, auto& owned) {
    sections.pop_back();
    owned.pop_back();
  });
  EXPECT_EQ(without, pipeline_to_bytes(small_pipeline(2)));
}

TEST(ModelFile, EveryTruncationIsRefused) {
  const std::string bytes = pipeline_to_bytes(small_pipeline(2, true));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(code_of_loading(std::string_view(bytes).substr(0, size)), 4) << size;
  }
}

TEST(ModelFile, EveryFlippedBitIsRefused) {
  const std::string bytes = pipeline_to_bytes(small_pipeline(2, true));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string broken = bytes;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_EQ(code_of_loading(broken), 4) << bit;
  }
}

// With the checksums repaired the readers of the sections are alone: whatever they get, they refuse it or
// make of it a pipeline that answers; they never crash.
TEST(ModelFile, FlippedBitsWithRepairedChecksumsNeverCrash) {
  const std::string bytes = pipeline_to_bytes(small_pipeline(2, true));
  ModelFileInfo info;
  const std::size_t sections = internal::unpack_sections(bytes, info).size();
  const Table table = test::small_table();
  std::size_t refused = 0;
  for (std::size_t section = 0; section < sections; ++section) {
    for (std::size_t bit = 0; bit < info.sections[section].bytes * 8; ++bit) {
      const std::string broken = repacked(bytes, [&](auto&, std::vector<std::string>& owned) {
        owned[section][bit / 8] = static_cast<char>(owned[section][bit / 8] ^ (1 << (bit % 8)));
      });
      try {
        const Pipeline pipeline = pipeline_from_bytes(broken, "test.mlkit");
        replay_self_test(pipeline);
        pipeline.predict(table, Context(1));
      } catch (const Error& error) {
        ASSERT_NE(error.code(), ErrorCode::kUsage) << error.what();
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000u);
}

// Every eight bytes in turn claim to be a huge count; nothing is allocated for it.
TEST(ModelFile, SizesThatLieAreRefusedWithoutTakingMemory) {
  const std::string bytes = pipeline_to_bytes(small_pipeline(2, true));
  ModelFileInfo info;
  const std::size_t sections = internal::unpack_sections(bytes, info).size();
  struct rusage before = {};
  getrusage(RUSAGE_SELF, &before);
  for (const std::uint64_t claim : {std::uint64_t{1} << 31, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    for (std::size_t section = 0; section < sections; ++section) {
      for (std::size_t at = 0; at + 8 <= info.sections[section].bytes; ++at) {
        const std::string broken = repacked(
            bytes, [&](auto&, std::vector<std::string>& owned) { std::memcpy(owned[section].data() + at, &claim, 8); });
        try {
          replay_self_test(pipeline_from_bytes(broken, "test.mlkit"));
        } catch (const Error&) {
        }
      }
    }
  }
  struct rusage after = {};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);  // KiB
}

TEST(ModelFile, TextsThatWouldReachATerminalRawAreRefused) {
  for (const char* hash : {"", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}) {
    TrainingRecord record = small_pipeline().parts().record;
    record.data_sha256 = hash;
    EXPECT_EQ(code_of_loading(pipeline_to_bytes(small_pipeline().with_record(record))), 0) << hash;
  }
  const std::string escape = "\x1b[2J";
  for (std::string TrainingRecord::*text :
       {&TrainingRecord::mlkit_version, &TrainingRecord::solver, &TrainingRecord::data_sha256}) {
    TrainingRecord record = small_pipeline().parts().record;
    record.*text = escape;
    const std::string bytes = pipeline_to_bytes(small_pipeline().with_record(record));
    EXPECT_EQ(code_of_loading(bytes), 4);
    EXPECT_EQ(message_of_loading(bytes).find('\x1b'), std::string::npos);
  }
}

TEST(ModelFile, ASelfTestThatTheModelCannotTakeIsAFaultOfTheFile) {
  SelfTest test = small_pipeline().parts().self_test;
  test.cells[0].kind = CellValue::Kind::kText;  // of a column of numbers
  test.cells[0].text = "x";
  const Pipeline pipeline = pipeline_from_bytes(pipeline_to_bytes(small_pipeline().with_self_test(test)), "t.mlkit");
  try {
    replay_self_test(pipeline);
    FAIL() << "replayed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModelFile) << error.what();
  }
}

TEST(ModelFile, AnAnswerThatIsNotANumberFailsTheSelfTest) {
  PipelineParts parts = small_pipeline(0).parts();
  std::vector<double> weights(parts.preprocess.outputs(), 1e308);
  weights[0] = -1e308;
  parts.model = std::make_shared<LinearModel>(1e308, weights);
  for (SelfTest::Cell& cell : parts.self_test.cells) {
    if (cell.kind == CellValue::Kind::kNumber) cell.number = 1e300;
  }
  const SelfTestResult result = replay_self_test(Pipeline(std::move(parts)));
  EXPECT_EQ(result.passed, 0u);
  EXPECT_TRUE(std::isfinite(result.max_error));
}

TEST(ModelFile, OtherFilesAreToldApart) {
  EXPECT_EQ(code_of_loading(""), 4);
  EXPECT_NE(message_of_loading("").find("empty"), std::string::npos);
  EXPECT_EQ(code_of_loading("a,b,c\n1,2,3\n"), 4);
  EXPECT_NE(message_of_loading("a,b,c\n1,2,3\n").find("not a model file"), std::string::npos);
  EXPECT_NE(message_of_loading("a,b,c\n").find("test.mlkit"), std::string::npos);
}

TEST(ModelFile, TrailingBytesAreRefused) { EXPECT_EQ(code_of_loading(pipeline_to_bytes(small_pipeline()) + '\0'), 4); }

TEST(ModelFile, UnknownOptionalSectionsAreSkippedAndKept) {
  const std::string bytes = pipeline_to_bytes(small_pipeline());
  const std::string more = repacked(bytes, [](auto& sections, auto& owned) {
    sections.push_back({"future", 7, false, {}});
    owned.push_back("whatever comes");
  });
  ModelFileInfo info;
  const Pipeline loaded = pipeline_from_bytes(more, "test.mlkit", &info);
  EXPECT_FALSE(info.sections.back().known);
  EXPECT_EQ(pipeline_to_bytes(loaded), more);
  EXPECT_EQ(loaded.predict(test::small_table(), Context(1)).probabilities,
            small_pipeline().predict(test::small_table(), Context(1)).probabilities);
}

TEST(ModelFile, NewerOptionalSectionsAreSkippedAndKept) {
  const std::string newer = repacked(pipeline_to_bytes(small_pipeline()), [](auto& sections, auto&) {
    for (auto& section : sections) section.version = section.name == "record" ? 2 : section.version;
  });
  const Pipeline loaded = pipeline_from_bytes(newer, "test.mlkit");
  const std::string again = pipeline_to_bytes(loaded);
  EXPECT_EQ(again.size(), newer.size());
  EXPECT_EQ(pipeline_to_bytes(pipeline_from_bytes(again, "test.mlkit")), again);
}

TEST(ModelFile, UnknownRequiredSectionsAreRefusedAsNewer) {
  const std::string bytes = pipeline_to_bytes(small_pipeline());
  const std::string more = repacked(bytes, [](auto& sections, auto& owned) {
    sections.push_back({"encryption", 1, true, {}});
    owned.push_back("x");
  });
  EXPECT_EQ(code_of_loading(more), 4);
  EXPECT_NE(message_of_loading(more).find("newer mlkit"), std::string::npos);
  const std::string newer = repacked(bytes, [](auto& sections, auto&) { sections[3].version = 2; });
  EXPECT_EQ(code_of_loading(newer), 4);
  EXPECT_NE(message_of_loading(newer).find("newer mlkit"), std::string::npos);
}

TEST(ModelFile, MissingDoubledAndMisplacedSectionsAreRefused) {
  const std::string bytes = pipeline_to_bytes(small_pipeline());
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(code_of_loading(repacked(bytes,
                                       [&](auto& sections, auto& owned) {
                                         sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(i));
                                         owned.erase(owned.begin() + static_cast<std::ptrdiff_t>(i));
                                       })),
              4);
  }
  EXPECT_EQ(code_of_loading(repacked(bytes,
                                     [](auto& sections, auto& owned) {
                                       sections.push_back(sections[0]);
                                       owned.push_back(owned[0]);
                                     })),
            4);
  EXPECT_EQ(code_of_loading(repacked(bytes,
                                     [](auto& sections, auto& owned) {
                                       std::swap(sections[0], sections[1]);
                                       std::swap(owned[0], owned[1]);
                                     })),
            4);
}

TEST(ModelFile, NumbersThatAreNotFiniteAreRefused) {
  const std::string bytes = pipeline_to_bytes(small_pipeline());
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const std::string broken = repacked(bytes, [&](auto& sections, std::vector<std::string>& owned) {
      ASSERT_EQ(sections[3].name, "model");
      const double intercept = 0.3;  // small_pipeline's
      const std::size_t at = owned[3].find(std::string(reinterpret_cast<const char*>(&intercept), 8));
      ASSERT_NE(at, std::string::npos);
      std::memcpy(owned[3].data() + at, &bad, 8);
    });
    EXPECT_EQ(code_of_loading(broken), 4);
  }
}

TEST(ModelFile, LabelsThatWouldDriveATerminalAreRefused) {
  const std::string broken =
      repacked(pipeline_to_bytes(small_pipeline()), [](auto& sections, std::vector<std::string>& owned) {
        ASSERT_EQ(sections[4].name, "decision");
        owned[4].replace(owned[4].find("class 1"), 4, "\x1b[2J");
      });
  EXPECT_EQ(code_of_loading(broken), 4);
  EXPECT_EQ(message_of_loading(broken).find('\x1b'), std::string::npos);
}

TEST(ModelFile, WrittenAndReadByName) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "mlkit_model_file_test";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "m.mlkit").string();
  write_model_file(small_pipeline(), path);
  ModelFileInfo info;
  EXPECT_EQ(pipeline_to_bytes(read_model_file(path, &info)), pipeline_to_bytes(small_pipeline()));
  EXPECT_EQ(info.sha256.size(), 64u);
  std::ofstream(path, std::ios::app) << "x";
  EXPECT_THROW(read_model_file(path), Error);
  try {
    read_model_file((folder / "absent").string());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModelFile);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mlkit
