#include "recommend_answers.h"

#include <cmath>

#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {

std::string answers_header(const AnswerForm& form) {
  std::string out = form.asker.empty() ? "" : form.asker + ",";
  out += "rank,id,score";
  if (form.because) out += ",because";
  if (form.details) out += ",title,category,price";
  return out + "\n";
}

void append_answers(const ItemIndex& index, const AnswerForm& form, std::string_view asker,
                    const std::vector<Answer>& answers, std::string& out) {
  const Catalogue& catalogue = index.catalogue();
  std::size_t rank = 0;
  char number[kMaxNumberText];
  for (const Answer& one : answers) {
    if (!form.asker.empty()) {
      append_csv_field(out, asker);
      out += ',';
    }
    out += std::to_string(++rank);
    out += ',';
    append_csv_field(out, catalogue.ids.at(one.what.item));
    out += ',';
    out.append(number, format_number(one.what.score, number));
    if (form.because) {
      std::string terms;
      for (const std::uint32_t term : one.because) terms += (terms.empty() ? "" : " ") + index.counts().terms[term];
      out += ',';
      append_csv_field(out, terms);
    }
    if (form.details) {
      out += ',';
      append_csv_field(out, catalogue.titles.at(one.what.item));
      out += ',';
      const std::uint32_t category = catalogue.category[one.what.item];
      if (category != kNoLevel) append_csv_field(out, catalogue.categories[category]);
      out += ',';
      const double price = catalogue.prices[one.what.item];
      if (!std::isnan(price)) out.append(number, format_number(price, number));
    }
    out += '\n';
  }
}

Json answers_to_json(const ItemIndex& index, const AnswerForm& form, const std::vector<Answer>& answers) {
  const Catalogue& catalogue = index.catalogue();
  Json out = Json::array();
  for (const Answer& one : answers) {
    Json entry = {{"id", catalogue.ids.at(one.what.item)}, {"score", one.what.score}};
    if (form.because) {
      entry["because"] = Json::array();
      for (const std::uint32_t term : one.because) entry["because"].push_back(index.counts().terms[term]);
    }
    if (form.details) {
      entry["title"] = catalogue.titles.at(one.what.item);
      const std::uint32_t category = catalogue.category[one.what.item];
      if (category != kNoLevel) entry["category"] = catalogue.categories[category];
      if (!std::isnan(catalogue.prices[one.what.item])) entry["price"] = catalogue.prices[one.what.item];
    }
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace mlkit::app
