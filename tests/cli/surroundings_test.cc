// Every command in bad surroundings: a full disk, readers that leave, interrupts, other locales;
// and --json of every command. One model is trained for all of it.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "mlkit/base/random.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/io/json.h"
#include "mlkit/parallel/blocks.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

namespace fs = std::filesystem;

// A null anywhere but in the cells of a self-test row, where it is a missing cell.
bool holds_null(const Json& value) {
  if (value.is_null()) return true;
  if (!value.is_structured()) return false;
  for (const auto& [key, member] : value.items()) {
    if (key != "row" && holds_null(member)) return true;
  }
  return false;
}

class Surroundings : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    fs::create_directories(*folder_ / "bin");
    make_program_folder(*folder_ / "bin");
    fs::copy(MLKIT_SOURCE_DIR "/data/iris.csv", *folder_ / "iris.csv");
    write_text(*folder_ / "iris.json", R"({"data": "iris.csv", "target": "species"})");
    has_ledger_ = shell("mlkit runs init --ledger runs.db").exit_code == 0;
    ASSERT_EQ(shell("mlkit simulate products --rows 60 -o products.csv").exit_code, 0);
    const RunResult result = shell(
        "mlkit train iris.csv --target species -o iris.mlkit && grep -v setosa iris.csv >two.csv && mlkit train "
        "two.csv "
        "--target species -o two.mlkit");
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static RunResult shell(const std::string& script, std::map<std::string, std::string> environment = {},
                         double interrupt_after = 0) {
    RunOptions options;
    options.folder = folder_->path();
    environment.emplace("PATH", *folder_ / "bin" + ":/usr/bin:/bin");
    options.environment = std::move(environment);
    options.interrupt_after_seconds = interrupt_after;
    return run_program({"/bin/bash", "-c", script}, options);
  }
  // Files in the folder, without those that were there before.
  static std::vector<std::string> leftovers(const std::vector<std::string>& known) {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_->path())) {
      const std::string name = entry.path().filename().string();
      if (std::find(known.begin(), known.end(), name) == known.end()) out.push_back(name);
    }
    return out;
  }
  static std::vector<std::string> known_files() { return leftovers({}); }

  // A command line for every command that prints something.
  static std::vector<std::string> printing_commands() {
    std::vector<std::string> commands = commands_of_every_build();
    if (has_ledger_) commands.emplace_back("mlkit runs list --ledger runs.db --json");
    return commands;
  }
  static std::vector<std::string> commands_of_every_build() {
    return {"mlkit clean iris.csv",
            "mlkit evaluate iris.mlkit iris.csv",
            "mlkit compare iris.mlkit iris.mlkit iris.csv",
            "mlkit card iris.mlkit",
            "mlkit explain iris.mlkit",
            "mlkit explain iris.mlkit iris.csv --row 3",
            "mlkit learncurve iris.csv --target species --points 2 --folds 2",
            "mlkit threshold two.mlkit two.csv --cost fp=1,fn=3",
            "mlkit features fit iris.csv --target species --bins petal_length_cm=3 --recipe recipe.json",
            "mlkit predict iris.mlkit iris.csv",
            "mlkit inspect iris.mlkit",
            "mlkit resample iris.csv --target species --ratio 0.5",
            "mlkit simulate classification --rows 20",
            "mlkit verify iris.mlkit",
            "mlkit profile iris.csv --target species",
            "mlkit leak --train iris.csv",
            "mlkit bench iris.csv",
            "mlkit completion bash",
            "mlkit man",
            "mlkit pipeline plan iris.json",
            "mlkit doctor",
            "mlkit cv iris.csv --target species --metrics accuracy",
            "mlkit drift iris.csv iris.csv",
            "mlkit drift iris.mlkit iris.csv",
            "mlkit cluster iris.csv --k 3",
            "mlkit reduce iris.csv",
            "mlkit recommend products.csv --viewed 3",
            "mlkit recommend products.csv --all --because"};
  }

  static TemporaryFolder* folder_;
  static bool has_ledger_;
};

TemporaryFolder* Surroundings::folder_ = nullptr;
bool Surroundings::has_ledger_ = false;

TEST_F(Surroundings, FullDiskIsSaidByEveryCommandThatPrints) {
  std::vector<std::string> commands = printing_commands();
  commands.emplace_back("mlkit train iris.csv --target species -o full.mlkit");
  commands.emplace_back("mlkit tune iris.csv --target species -o full.mlkit --trials 2 --outer-folds 0");
  commands.emplace_back("mlkit --help");
  for (const std::string& command : commands) {
    for (const char* json : {"", " --json"}) {
      const bool writes_data =
          command.find(" clean ") != std::string::npos || command.find(" predict ") != std::string::npos ||
          command.find(" resample ") != std::string::npos || command.find(" simulate ") != std::string::npos ||
          command.find(" cluster ") != std::string::npos || command.find(" reduce ") != std::string::npos;
      if (writes_data && *json != '\0') continue;  // these need -o
      const RunResult result = shell(command + json + " >/dev/full");
      EXPECT_EQ(result.exit_code, 5) << command << json << result.err;
      EXPECT_NE(result.err.find("No space left on device"), std::string::npos) << command << json << result.err;
      if (command == "mlkit --help") break;
    }
  }
  EXPECT_EQ(shell("mlkit clean iris.csv -o out.csv --json >/dev/full").exit_code, 5);
}

TEST_F(Surroundings, JsonIsRefusedWhereAnOutputTakesStandardOutput) {
  for (const char* command :
       {"mlkit clean iris.csv -o /dev/stdout", "mlkit clean iris.csv -o c.csv --report -",
        "mlkit clean iris.csv -o c.csv --save-recipe /dev/fd/1", "mlkit split iris.csv --train - --test t.csv",
        "mlkit predict iris.mlkit iris.csv -o /dev/stdout", "mlkit cluster iris.csv --k 2 --model-out -",
        "mlkit cluster iris.csv --k 2 -o c.csv --report /dev/stdout", "mlkit reduce iris.csv -o r.csv --loadings -",
        "mlkit train iris.csv --target species -o t.mlkit --trace -"}) {
    const RunResult result = shell(std::string(command) + " --json");
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_EQ(result.out, "") << command;
    EXPECT_NE(result.err.find("--json prints its object"), std::string::npos) << result.err;
  }
}

TEST_F(Surroundings, ClosedStandardStreamsAreErrorsNotAccidents) {
  const std::string before = read_text(*folder_ / "iris.csv");
  for (const std::string& command : printing_commands()) {
    EXPECT_EQ(shell(command + " >&-").exit_code, 5) << command;
    EXPECT_EQ(shell(command + " 2>&- >/dev/null").exit_code, 0) << command;
  }
  EXPECT_NE(shell("mlkit clean - <&-").exit_code, 0);
  EXPECT_EQ(read_text(*folder_ / "iris.csv"), before);
}

TEST_F(Surroundings, JsonOfEveryCommandIsOneObjectWithoutNulls) {
  std::vector<std::string> commands = printing_commands();
  commands[0] += " -o cleaned.csv";
  for (std::string& command : commands) {
    if (command.find(" predict ") != std::string::npos) command += " -o predicted.csv";
  }
  for (std::string& command : commands) {
    const bool makes =
        command.find(" resample ") != std::string::npos || command.find(" simulate ") != std::string::npos;
    if (makes) command += " -o made.csv";
  }
  for (std::string& command : commands) {
    if (command.find(" cluster ") != std::string::npos || command.find(" reduce ") != std::string::npos) {
      command += " -o rows.csv";
    }
  }
  commands.emplace_back("mlkit cluster iris.csv --k-range 2:4 -o ranged.csv");
  commands.emplace_back("mlkit cluster iris.csv --method dbscan -o noise.csv");
  commands.emplace_back("mlkit cluster iris.csv --method hierarchical --k 1 -o one.csv");
  commands.emplace_back("mlkit train iris.csv --target species -o again.mlkit");
  commands.emplace_back("mlkit train iris.csv --target petal_length_cm --cv 3 -o length.mlkit");
  commands.emplace_back("mlkit split iris.csv --target species --train a.csv --test b.csv");
  for (const std::string& command : commands) {
    const RunResult result = shell(command + " --json");
    ASSERT_EQ(result.exit_code, 0) << command << result.err;
    const Json object = parse_json(result.out, command);
    EXPECT_EQ(object["schema"], 1) << command;
    EXPECT_NE(command.find(object["command"].get<std::string>()), std::string::npos);
    EXPECT_TRUE(object["warnings"].is_array()) << command;
    EXPECT_FALSE(holds_null(object)) << command;
  }
}

TEST_F(Surroundings, JsonAndDataDoNotShareStandardOutput) {
  for (const char* command : {"mlkit clean iris.csv --json", "mlkit predict iris.mlkit iris.csv --json",
                              "mlkit clean iris.csv -o - --json"}) {
    const RunResult result = shell(command);
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_EQ(result.out, "") << command;
  }
}

TEST_F(Surroundings, TheLocaleChangesNothing) {
  for (const std::string& command : printing_commands()) {
    if (command.find("bench") != std::string::npos) continue;  // figures of time
    EXPECT_EQ(shell(command, {{"LC_ALL", "de_DE.UTF-8"}, {"LANG", "tr_TR.UTF-8"}}).out, shell(command).out) << command;
  }
}

// A table with every kind of column, of several row blocks and several chunks, so that threads share the work. Its
// numbers span ten orders of magnitude: sums in another order have other last bits.
std::string many_rows(std::size_t rows) {
  RandomStream random(31, RandomPurpose::kSimulate);
  std::string text = "small,large,count,city,day,note,amount,kind,won\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const double small = random.uniform();
    const double large = 1e9 * random.uniform() * random.uniform();
    const std::uint64_t count = random.below(500) == 0 ? 1000000 : random.below(1000);
    const std::uint64_t city = random.below(7);
    const double score = 2 * small + large / 1e9 + static_cast<double>(city) / 7 + random.uniform();
    text += (random.below(11) == 0 ? "" : std::to_string(small)) + "," + std::to_string(large) + ",";
    text +=
        std::to_string(count) + ",city" + std::to_string(city) + ",2024-03-" + std::to_string(10 + random.below(20));
    text += random.below(5) == 0 ? ",\"a \"\"quoted\"\"\nnote, in two lines\"" : ",plain";
    text += "," + std::to_string(10 * score + 1e-3 * static_cast<double>(count));
    text += score > 2.6 ? ",high" : score > 1.9 ? ",middle" : ",low";
    text += score + random.uniform() > 2.7 ? ",yes\n" : ",no\n";
  }
  return text;
}

TEST_F(Surroundings, TheNumberOfThreadsChangesNoByte) {
  constexpr std::size_t kRows = 20001;
  static_assert(kRows > 4 * kRowBlock);
  const std::string text = many_rows(kRows);
  ASSERT_GT(text.size(), 4 * kCsvChunkBytes);
  write_text(*folder_ / "many.csv", text);
  const std::string train = "mlkit train many.csv -o out1 --json";
  const RunResult trained = shell(
      "mlkit train many.csv --target won -o won.mlkit -q && mlkit train many.csv --target won --features small,city -o "
      "half.mlkit -q && mlkit train many.csv --target amount -o amount.mlkit -q && "
      "mlkit simulate products --rows 9000 -o shelf.csv -q");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const std::vector<std::string> commands = {
      "mlkit clean many.csv -o out1 --save-recipe out2 --report out3.json",
      "mlkit split many.csv --target kind --train out1 --valid out2 --valid-size 0.2 --test out3 --seed 7",
      "mlkit split many.csv --target kind --folds out1",
      train + " --target won --solver newton",
      train + " --target won --solver lbfgs",
      train + " --target kind --solver lbfgs",
      train + " --target won --clean --cv 2",
      train + " --target kind --resample smote",
      "mlkit resample many.csv --target won -o out1",
      "mlkit simulate drift --rows 20001 --transition gradual -o out1 --truth out2",
      train + " --target amount --model linear",
      "mlkit predict won.mlkit many.csv --proba -o out1",
      "mlkit predict amount.mlkit many.csv -o out1",
      "mlkit predict won.mlkit many.csv --explain 3 -o out1",
      "mlkit explain won.mlkit many.csv --row 17 -o out1 --report out2 --json",
      "mlkit explain half.mlkit many.csv --method permutation --repeats 1 --json",
      "mlkit learncurve many.csv --target won --features small,city --points 2 --folds 2 -o out1 --report out2 --json",
      "mlkit compare won.mlkit half.mlkit many.csv --resamples 50 -o out1 --report out2 --json",
      "mlkit evaluate won.mlkit many.csv --json --roc out1 --pr out2 --report out3",
      "mlkit evaluate amount.mlkit many.csv --json --report out1 --by city,small",
      "mlkit threshold won.mlkit many.csv --json -o out1",
      train + " --target won --calibrate isotonic --threshold auto",
      train + " --target kind --calibrate sigmoid",
      "mlkit evaluate iris.mlkit iris.csv --json",  // few enough for intervals by the bootstrap
      "mlkit profile many.csv --target won -o out1 --html out2 --json",
      "mlkit leak --train many.csv --target amount --json",
      "mlkit recommend shelf.csv --all --top 3 --because -o out1 --index-out out2",
      "mlkit cv many.csv --target won --features small,city --folds 3 --oof out1 --save-best out2 --json",
      "mlkit inspect won.mlkit --weights",
      "mlkit verify won.mlkit"};
  for (const std::string& command : commands) {
    std::string first;
    for (const char* threads : {"1", "2", "3", "8"}) {
      const RunResult result = shell(command + " --threads " + threads);
      ASSERT_EQ(result.exit_code, 0) << command << result.err;
      std::string all = result.out + result.err;
      for (const char* name : {"out1", "out2", "out3", "out3.json"}) {
        all += "\n--\n" + read_text(*folder_ / name);
        fs::remove(*folder_ / name);
      }
      if (first.empty()) first = all;
      EXPECT_TRUE(all == first) << command << " --threads " << threads;  // too long to be shown
    }
  }
}

TEST_F(Surroundings, InputIsNeverTheOutput) {
  const std::string before = read_text(*folder_ / "iris.csv");
  const std::string model = read_text(*folder_ / "iris.mlkit");
  for (const char* command :
       {"mlkit train iris.csv --target species -o m --trace iris.csv",
        "cp iris.csv v.csv; mlkit train v.csv --target species --valid iris.csv -o iris.csv",
        "mlkit evaluate iris.mlkit iris.csv --roc iris.csv", "mlkit evaluate iris.mlkit iris.csv --pr iris.mlkit",
        "mlkit predict iris.mlkit iris.csv --rejects iris.mlkit", "mlkit clean iris.csv -o iris.csv",
        "mlkit clean iris.csv -o ./iris.csv", "ln -sf iris.csv alias.csv; mlkit clean iris.csv -o alias.csv",
        "ln -f iris.csv hard.csv; mlkit clean hard.csv -o iris.csv", "mlkit predict iris.mlkit iris.csv -o iris.csv",
        "mlkit predict iris.mlkit iris.csv -o iris.mlkit", "mlkit train iris.csv --target species -o iris.csv",
        "mlkit split iris.csv --train iris.csv --test b.csv", "mlkit drift iris.mlkit iris.csv --report iris.mlkit"}) {
    const RunResult result = shell(command);
    EXPECT_EQ(result.exit_code, 2) << command << result.err;
    EXPECT_EQ(read_text(*folder_ / "iris.csv"), before) << command;
    EXPECT_EQ(read_text(*folder_ / "iris.mlkit"), model) << command;
  }
}

TEST_F(Surroundings, AFolderIsNoOutputAndAnUnwritableOneIsSaid) {
  EXPECT_EQ(shell("mkdir -p d; mlkit clean iris.csv -o d").exit_code, 5);
  EXPECT_EQ(shell("mlkit clean iris.csv -o nowhere/out.csv").exit_code, 5);
  EXPECT_EQ(shell("mlkit clean .").exit_code, 5);
  EXPECT_EQ(shell("mlkit clean nowhere.csv").exit_code, 5);
  EXPECT_EQ(shell("mlkit verify nowhere.mlkit").exit_code, 4);
  EXPECT_EQ(shell("mlkit verify iris.csv").exit_code, 4);
  EXPECT_EQ(shell("mlkit train iris.csv --target nothing -o m").exit_code, 3);
}

TEST_F(Surroundings, FileNamesMayHoldAnything) {
  const RunResult result = shell(
      "cp -- iris.csv $'-odd \\n na\\xffme.csv'; mlkit clean -o $'./o \\t.csv' -- $'-odd \\n na\\xffme.csv' && "
      "cmp $'./o \\t.csv' <(mlkit clean iris.csv 2>/dev/null)");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const RunResult missing = shell("mlkit clean $'no\\n\\e[31mwhere\\xff.csv'");
  EXPECT_EQ(missing.exit_code, 5);
  EXPECT_NE(missing.err.find("no\\n\\x1b[31mwhere\\xff.csv"), std::string::npos) << missing.err;
}

TEST_F(Surroundings, InterruptedWhileWritingLeavesNothingBehind) {
  const std::vector<std::string> known = known_files();
  const RunResult result =
      shell("mkfifo feed; (cat iris.csv; exec sleep 10) >feed & exec mlkit predict iris.mlkit feed -o interrupted.csv",
            {}, is_emulated() ? 1.5 : 0.3);
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_LT(result.seconds, is_emulated() ? 5 : 2);  // the feed would end it only after that
  EXPECT_EQ(result.out, "");
  fs::remove(*folder_ / "feed");
  EXPECT_EQ(leftovers(known), std::vector<std::string>{});
}

// Rows to predict, while the condition on their number i holds.
std::string rows_command(const std::string& condition) {
  return "awk 'BEGIN { print \"sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm\"; for (i = 0; " +
         condition + "; ++i) print \"5.\" i % 10 \",3.1,4.\" i % 7 \",1.2\" }'";
}

TEST_F(Surroundings, AReaderThatLeavesEndsPredictQuietly) {
  // The feed never ends: only the closed pipe can end this.
  const RunResult result =
      shell("mlkit predict iris.mlkit <(" + rows_command("i >= 0") + ") | head -1; exit ${PIPESTATUS[0]}");
  EXPECT_EQ(result.out, "prediction,confidence\n");
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(result.exit_code == 128 + SIGPIPE || result.exit_code == 0) << result.exit_code;
}

TEST_F(Surroundings, AnIgnoredPipeSignalDoesNotMakeItLoud) {
  // Programs started by some daemons inherit SIGPIPE as ignored.
  const RunResult result =
      shell(rows_command("i < 20000") + " >big.csv; trap '' PIPE; mlkit predict iris.mlkit big.csv | head -1");
  EXPECT_EQ(result.out, "prediction,confidence\n");
  EXPECT_EQ(result.err, "");
}

}  // namespace
}  // namespace mlkit::test
