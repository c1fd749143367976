#include "mlkit/data/id_names.h"

#include <set>
#include <string>
#include <vector>

namespace mlkit {
namespace {

// Words of a name: "customerID", "Customer Id" and "customer_id" are all {customer, id}.
std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool upper = c >= 'A' && c <= 'Z';
    const bool letter = upper || (c >= 'a' && c <= 'z');
    const bool after_lower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if ((!letter || (upper && after_lower)) && !words.back().empty()) words.emplace_back();
    if (letter) words.back().push_back(upper ? static_cast<char>(c + 32) : c);
  }
  if (words.back().empty() && words.size() > 1) words.pop_back();
  return words;
}

}  // namespace

bool is_id_name(std::string_view name) {
  static const std::set<std::string, std::less<>> kWords = {"id",  "ids", "row", "rownum", "index", "idx",
                                                            "key", "no",  "nr",  "number", "uuid",  "guid"};
  const std::vector<std::string> words = name_words(name);
  return kWords.contains(words.front()) || kWords.contains(words.back());
}

}  // namespace mlkit
