// Recommendations as recommend writes them: lines of CSV, members of JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/io/json.h"
#include "mlkit/recommend/search.h"

namespace mlkit::app {

struct AnswerForm {
  bool because = false;
  std::size_t because_terms = 0;
  bool details = false;
  std::string asker;  // the name of the column that says for whom; empty for one user
};

struct Answer {
  Recommendation what;
  std::vector<std::uint32_t> because;  // terms
};

std::string answers_header(const AnswerForm& form);
void append_answers(const ItemIndex& index, const AnswerForm& form, std::string_view asker,
                    const std::vector<Answer>& answers, std::string& out);
Json answers_to_json(const ItemIndex& index, const AnswerForm& form, const std::vector<Answer>& answers);

}  // namespace mlkit::app
