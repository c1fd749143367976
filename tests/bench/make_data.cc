// Writes the tables that the comparison reads: bench_data FOLDER [ROWS]. Seeded: the same bytes everywhere.
//   dense.csv        ROWS x 28 numbers of six digits, and a 0/1 label that depends on them (not only linearly)
//   dense_small.csv  the first tenth of it
//   dirty.csv        ROWS x 20 mixed columns: awkward names, quotes, line breaks, gaps, outliers, duplicates
#include <array>
#include <charconv>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_write.h"

namespace mlkit {
namespace {

constexpr std::uint64_t kSeed = 42;
constexpr std::size_t kFeatures = 28;

std::string general(double value, int digits) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr};
}

std::string fixed(double value, int decimals) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr};
}

std::string padded(std::uint64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

void write_dense(const std::string& folder, std::size_t rows) {
  RandomStream random(kSeed, RandomPurpose::kSimulate, 1);
  OutputFile all(folder + "/dense.csv");
  OutputFile some(folder + "/dense_small.csv");
  std::string header;
  for (std::size_t j = 0; j < kFeatures; ++j) header += "f" + std::to_string(j) + ",";
  all.write(header + "label\n");
  some.write(header + "label\n");
  for (std::size_t i = 0; i < rows; ++i) {
    std::array<double, kFeatures> x;
    double score = -0.2;
    std::string line;
    for (std::size_t j = 0; j < kFeatures; ++j) {
      // A third are positive and skewed, as energies and masses are.
      x[j] = j % 3 == 0 ? exp(0.5 * random.normal()) : random.normal();
      score += (j % 2 == 0 ? 0.2 : -0.15) * x[j];
      line += general(x[j], 6) + ",";
    }
    score += 0.5 * x[1] * x[2] - 0.3 * x[4] * x[4] + 0.3;
    line += random.uniform() < 1 / (1 + exp(-score)) ? "1\n" : "0\n";
    all.write(line);
    if (i < rows / 10) some.write(line);
  }
  all.commit();
  some.commit();
}

// Words of two to four syllables.
std::vector<std::string> make_words(RandomStream& random, std::size_t count) {
  static const char* const kSyllables[] = {"ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu",
                                           "na", "pe", "ri", "so", "tu", "va", "we", "xi", "yo", "zu"};
  std::vector<std::string> words(count);
  for (std::string& word : words) {
    for (std::uint64_t left = 2 + random.below(3); left > 0; --left) word += kSyllables[random.below(20)];
  }
  return words;
}

std::string date(std::uint64_t day) {  // of 2020 .. 2023, months of 28 days: every one exists
  return std::to_string(2020 + day / 336 % 4) + "-" + padded(day / 28 % 12 + 1, 2) + "-" + padded(day % 28 + 1, 2);
}

class DirtyRows {
 public:
  std::string header() const {
    return "Customer ID, First Name ,SignUp-Date,Last.Login (UTC),Annual Income ($),ageYears,Total   Spend,"
           "avgBasketSize,Discount%,Num Orders,Home City,Plan Type,is Active?,\"Notes, free text\",GPS Lat,GPS Lon,"
           "Score#1,Score #2,HTTPLatencyMs,Churned\n";
  }

  std::string row(std::size_t number) {
    std::vector<std::string> cells = full_row(number);
    const bool mostly_gone = random_.uniform() < 0.02;
    std::string line = cells[0];
    for (std::size_t c = 1; c < cells.size(); ++c) {
      line += ",";
      const double draw = random_.uniform();
      if (draw < (mostly_gone ? 0.7 : 0.06)) {
        line += mostly_gone || draw < 0.042 ? "" : draw < 0.054 ? "NA" : "null";
      } else {
        line += cells[c];
      }
    }
    return line + "\n";
  }

 private:
  std::vector<std::string> full_row(std::size_t number) {
    static const char* const kPlans[] = {"free", "basic", "pro", "enterprise"};
    const std::uint64_t day = random_.below(336 * 4);
    const auto clock = [&] {
      return padded(random_.below(24), 2) + ":" + padded(random_.below(60), 2) + ":" + padded(random_.below(60), 2);
    };
    const double share = random_.uniform();
    return {"C" + padded(number * 7919 % 1000000007, 9),
            first_name(),
            date(day),
            date(day + random_.below(100)) + " " + clock(),
            fixed(outlier(exp(10.6 + 0.5 * random_.normal())), 2),
            std::to_string(static_cast<int>(outlier(18 + static_cast<double>(random_.below(67))))),
            fixed(outlier(600 * exp(0.6 * random_.normal())), 2),
            fixed(outlier(40 * exp(0.4 * random_.normal())), 4),
            fixed(outlier(100 * random_.uniform() * random_.uniform()), 1),
            std::to_string(static_cast<int>(outlier(static_cast<double>(random_.below(25))))),
            city(),
            kPlans[share < 0.55   ? 0
                   : share < 0.8  ? 1
                   : share < 0.95 ? 2
                                  : 3],
            random_.uniform() < 0.7 ? "TRUE" : "FALSE",
            note(),
            fixed(48 + 6 * random_.normal(), 6),
            fixed(9 + 12 * random_.normal(), 6),
            general(outlier(random_.normal()), 5),
            general(outlier(50 + 10 * random_.normal()), 6),
            fixed(outlier(exp(4 + 0.8 * random_.normal())), 3),
            random_.uniform() < 0.2 ? "yes" : "no"};
  }

  double outlier(double value) { return random_.uniform() < 0.01 ? 40 * value + 40 : value; }
  const std::string& word() {  // the first ones are the most frequent
    const double u = random_.uniform();
    return words_[static_cast<std::size_t>(u * u * static_cast<double>(words_.size()))];
  }
  std::string first_name() {
    const std::string& name = words_[300 + random_.below(500)];
    const double draw = random_.uniform();
    if (draw < 0.9) return name;
    return draw < 0.95 ? "\"" + name + " \"\"" + word() + "\"\"\"" : "\"" + name + ", Jr.\"";
  }
  std::string city() {
    const double u = random_.uniform();
    return words_[800 + static_cast<std::size_t>(300 * u * u)];
  }
  std::string note() {
    const double kind = random_.uniform();
    if (kind < 0.35) return "";
    if (kind < 0.75) return word() + " " + word() + " " + word();
    if (kind < 0.93) return "\"" + word() + " " + word() + ", " + word() + " " + word() + "\"";
    if (kind < 0.99) return "\"said \"\"" + word() + " " + word() + "\"\" then " + word() + "\"";
    return "\"" + word() + " " + word() + "\n" + word() + ", " + word() + "\"";
  }

  RandomStream random_{kSeed, RandomPurpose::kSimulate, 2};
  std::vector<std::string> words_ = make_words(random_, 2000);
};

// One row in a hundred stands twice, the second time some rows later.
void write_dirty(const std::string& folder, std::size_t rows) {
  DirtyRows dirty;
  OutputFile out(folder + "/dirty.csv");
  out.write(dirty.header());
  std::string again;
  for (std::size_t i = 0; i < rows; ++i) {
    if (i % 100 == 99 && !again.empty()) {
      out.write(again);
      continue;
    }
    const std::string line = dirty.row(i);
    if (i % 100 == 17) again = line;
    out.write(line);
  }
  out.commit();
}

}  // namespace
}  // namespace mlkit

int main(int argc, char** argv) {
  try {
    std::size_t rows = 1'000'000;
    if (argc == 3) {
      const std::string text = argv[2];
      const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), rows);
      if (status != std::errc() || end != text.data() + text.size() || rows < 100) argc = 0;
    }
    if (argc != 2 && argc != 3) {
      std::fputs("usage: bench_data FOLDER [ROWS]  (100 rows at least)\n", stderr);
      return 2;
    }
    mlkit::write_dense(argv[1], rows);
    mlkit::write_dirty(argv[1], rows);
    return 0;
  } catch (const mlkit::Error& error) {
    std::fprintf(stderr, "bench_data: %s\n", error.what());
    return 5;
  }
}
