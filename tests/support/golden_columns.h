// The data sets of the golden suites as columns of text: files of plain fields, without quotes.
#pragma once

#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace mlkit::test {

struct TextColumns {
  std::vector<std::string> names;
  std::map<std::string, std::vector<std::string>> columns;
  std::size_t rows = 0;

  const std::vector<std::string>& at(const std::string& name) const { return columns.at(name); }
};

inline TextColumns read_plain_csv(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  const auto fields = [](std::string line) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> out(1);
    for (const char c : line) {
      if (c == ',') {
        out.emplace_back();
      } else {
        out.back() += c;
      }
    }
    return out;
  };
  TextColumns table;
  std::string line;
  std::getline(file, line);
  table.names = fields(line);
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    const std::vector<std::string> row = fields(line);
    for (std::size_t j = 0; j < table.names.size(); ++j) table.columns[table.names[j]].push_back(row.at(j));
    ++table.rows;
  }
  return table;
}

inline double to_number(const std::string& text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) throw std::runtime_error("not a number: " + text);
  return value;
}

// (x - mean) / sd with the mean and sd (denominator n) of the rows `fit`, applied to all.
inline void standardise(std::vector<double>& x, const std::vector<std::size_t>& fit) {
  double sum = 0;
  for (const std::size_t i : fit) sum += x[i];
  const double mean = sum / static_cast<double>(fit.size());
  double square = 0;
  for (const std::size_t i : fit) square += (x[i] - mean) * (x[i] - mean);
  const double sd = std::sqrt(square / static_cast<double>(fit.size()));
  for (double& v : x) v = (v - mean) / sd;
}

}  // namespace mlkit::test
