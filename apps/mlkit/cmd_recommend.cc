// recommend: items like those that a user has viewed, by their texts.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "command.h"
#include "model_report.h"
#include "recommend_answers.h"
#include "recommend_inputs.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/display.h"
#include "mlkit/io/item_index_file.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/recommend/search.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kAskedTogether = 64;

// Someone to recommend to: a user with views, or an item as if it had been viewed alone.
struct Asker {
  std::string_view name;
  std::span<const std::uint32_t> viewed;
};

struct Answered {
  std::string csv;
  std::vector<std::vector<Answer>> answers;  // per asker
  std::size_t cold = 0;                      // without a word to go by
  std::size_t unpriced = 0;                  // without a price to be near to
  std::size_t empty = 0;                     // with both, but nothing was found
};

class Recommend : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  void declare_filters(FieldList& options);
  void check_options() const;
  SealedIndex index_of(Context& context);
  SearchOptions search_options(const SealedIndex& sealed) const;
  void collect_askers(const SealedIndex& sealed, Context& context);
  void evaluate(const SealedIndex& sealed, Session& session) const;
  void answer(const SealedIndex& sealed, Session& session);
  Answered answer_some(const ItemIndex& index, const SearchOptions& options, std::span<const Asker> askers) const;
  AnswerForm form() const;
  void warn_about_askers(const Answered& all, Context& context) const;
  std::string summary_of(std::size_t rows, const ItemIndex& index) const;
  void add_counts(const ItemIndex& index, Json& out) const;
  bool several() const { return viewed_.empty(); }

  std::string catalogue_;
  std::string output_;
  std::vector<std::string> viewed_;
  std::string users_;
  std::string items_;
  bool all_ = false;
  bool evaluate_ = false;
  std::string index_out_;
  std::int64_t top_ = 10;
  bool because_ = false;
  std::optional<std::int64_t> because_terms_;
  bool details_ = false;
  std::optional<double> min_price_;
  std::optional<double> max_price_;
  std::string price_within_;
  std::vector<std::string> categories_;
  bool same_category_ = false;
  double category_boost_ = 0;
  double diversity_ = 0;
  double decay_ = 1;
  std::string user_col_;
  std::string item_col_;
  CatalogueOptions reading_;
  TableInOptions table_in_;

  CatalogueReport report_;
  ViewLog views_;
  std::vector<std::uint32_t> asked_items_;
  std::vector<Asker> askers_;
};

void Recommend::declare(FieldList& arguments, FieldList& options) {
  arguments.add("catalogue", catalogue_,
                {.help = "the items (CSV, - is standard input), or an index made by --index-out",
                 .value_name = "CATALOGUE",
                 .file = FileUse::kReads});
  options.add("viewed", viewed_, {.help = "what one user has viewed: ids, the last one last", .value_name = "IDS"});
  options.add("users", users_,
              {.help = "for many users: a CSV file of views, one a row, with the columns user and item",
               .value_name = "FILE",
               .file = FileUse::kReads});
  options.add("items", items_,
              {.help = "what is like each of these items: a file of ids, one a line",
               .value_name = "FILE",
               .file = FileUse::kReads});
  options.add("all", all_, {.help = "what is like each item of the catalogue"});
  options.add("top", top_, {.help = "how many items for each", .value_name = "N", .range = between(1, 100000)});
  options.add("output", output_,
              {.help = "where the recommendations go, as CSV (standard output)",
               .value_name = "OUT",
               .file = FileUse::kWrites,
               .short_name = 'o'});
  options.add("because", because_, {.help = "the terms that made each score, the largest part first"});
  options.add("because_terms", because_terms_,
              {.help = "how many of them (5); says --because, too", .value_name = "N", .range = between(1, 1000)});
  options.add("details", details_, {.help = "title, category and price beside every id"});
  options.add("index_out", index_out_,
              {.help = "saves the index, to be given instead of the catalogue",
               .value_name = "FILE",
               .file = FileUse::kWrites});
  options.add("evaluate", evaluate_,
              {.help = "with --users: holds out what each viewed last and says how often it is found"});
  declare_filters(options);
  reading_.declare(options);
  options.add("user_col", user_col_,
              {.help = "the column of --users that names the user (user)", .value_name = "COL", .group = "Catalogue"});
  options.add("item_col", item_col_,
              {.help = "the column of --users that holds ids (item, item_id or id)",
               .value_name = "COL",
               .group = "Catalogue"});
  table_in_.declare(options);
}

void Recommend::declare_filters(FieldList& options) {
  const std::string group = "Which items";
  options.add("min_price", min_price_,
              {.help = "not cheaper; items without a price are left out", .range = at_least(0), .group = group});
  options.add("max_price", max_price_,
              {.help = "not dearer; items without a price are left out", .range = at_least(0), .group = group});
  options.add("price_within", price_within_,
              {.help = "not further from the mean price of the viewed items than this, e.g. 20%",
               .value_name = "SHARE",
               .group = group});
  options.add("category", categories_, {.help = "only of these categories", .value_name = "LIST", .group = group});
  options.add("same_category", same_category_, {.help = "only of the viewed items' categories", .group = group});
  options.add("category_boost", category_boost_,
              {.help = "scores in the viewed items' categories times 1 + this",
               .value_name = "X",
               .range = between(0, 100),
               .group = group});
  options.add("diversity", diversity_,
              {.help = "0 = the best scores; towards 1 = items unlike those before them (MMR)",
               .value_name = "X",
               .range = between(0, 1),
               .group = group});
  options.add("decay", decay_,
              {.help = "what an earlier view counts beside the next one: 0.8, say (1 = the same)",
               .value_name = "X",
               .range = {.min = 0, .max = 1, .min_open = true},
               .group = group});
}

// "20%" or "0.2" -> 0.2.
double parse_share(const std::string& text) {
  const bool percent = text.ends_with('%');
  double value = 0;
  const std::string_view number = trim_blanks(std::string_view(text).substr(0, text.size() - (percent ? 1 : 0)));
  if (parse_number(number, value) != NumberStatus::kNumber || value < 0) {
    throw_usage("--price-within: \"" + text + "\" is no share", "write 20% or 0.2");
  }
  if (!percent && value > 1) throw_usage("--price-within: " + text + " is more than 1", "write " + text + "%");
  return percent ? value / 100 : value;
}

void Recommend::check_options() const {
  const int ways = (viewed_.empty() ? 0 : 1) + (users_.empty() ? 0 : 1) + (items_.empty() ? 0 : 1) + (all_ ? 1 : 0);
  if (ways > 1) throw_usage("--viewed, --users, --items and --all are four ways to ask", "give one of them");
  if (ways == 0 && index_out_.empty()) {
    throw_usage("nothing is asked", "say for whom with --viewed IDS, --users FILE, --items FILE or --all");
  }
  if (evaluate_ && users_.empty()) throw_usage("--evaluate needs views to hold out", "give them with --users FILE");
  if (ways == 0 && !output_.empty()) {
    throw_usage("-o is for recommendations, and none are asked for",
                "say for whom with --viewed, --users, --items or --all; --index-out names the file of the index");
  }
  if (!table_in_.types.empty() || !table_in_.schema_file.empty()) {
    throw_usage("--types and --schema have no say: ids and texts are read as they stand, prices as numbers",
                "leave them out");
  }
  if (evaluate_ && (!output_.empty() || form().because || details_)) {
    throw_usage("--evaluate writes no recommendations: -o, --because and --details are not for it", "leave them out");
  }
  if (min_price_ && max_price_ && *min_price_ > *max_price_) throw_usage("--min-price is above --max-price");
  if (users_ == "-" && catalogue_ == "-") throw_usage("standard input can be read once", "name a file for --users");
  if (items_ == "-" && catalogue_ == "-") throw_usage("standard input can be read once", "name a file for --items");
  if (!price_within_.empty()) parse_share(price_within_);
  if (diversity_ > 0 && top_ > 1000) throw_usage("--diversity is for --top 1000 at most", "ask for fewer items");
}

SealedIndex Recommend::index_of(Context& context) {
  if (!is_model_file(catalogue_)) return read_catalogue(catalogue_, reading_, table_in_, report_, context);
  if (const char* given = reading_.first_given()) {
    throw_usage(std::string(given) + " is for a catalogue; " + catalogue_ + " is an index that is made",
                "make another with --index-out");
  }
  return read_item_index(catalogue_, report_, context);
}

SearchOptions Recommend::search_options(const SealedIndex& sealed) const {
  SearchOptions out;
  out.top = static_cast<std::size_t>(top_);
  out.min_price = min_price_;
  out.max_price = max_price_;
  if (!price_within_.empty()) out.price_within = parse_share(price_within_);
  if ((min_price_ || max_price_ || out.price_within) && !sealed.record.has_prices) {
    throw Error(ErrorCode::kData, "there are no prices to filter by",
                {.file = catalogue_, .column = {}, .hint = "say which column holds them with --price-col"});
  }
  if ((!categories_.empty() || same_category_ || category_boost_ > 0) && !sealed.record.has_categories) {
    throw Error(ErrorCode::kData, "there are no categories to go by",
                {.file = catalogue_, .column = {}, .hint = "say which column holds them with --category-col"});
  }
  const std::vector<std::string>& known = sealed.index.catalogue().categories;
  for (const std::string& name : categories_) {
    const auto found = std::lower_bound(known.begin(), known.end(), name);
    if (found == known.end() || *found != name) {
      const std::string near = nearest_name(name, known);
      throw Error(ErrorCode::kData, "there is no category \"" + name + "\"",
                  {.file = catalogue_, .column = {}, .hint = near.empty() ? "" : "did you mean \"" + near + "\"?"});
    }
    out.only_categories.push_back(static_cast<std::uint32_t>(found - known.begin()));
  }
  std::sort(out.only_categories.begin(), out.only_categories.end());
  out.same_category = same_category_;
  out.category_boost = category_boost_;
  out.diversity = diversity_;
  return out;
}

void Recommend::collect_askers(const SealedIndex& sealed, Context& context) {
  const ItemIndex& index = sealed.index;
  if (!users_.empty()) {
    views_ = read_views(users_, user_col_, item_col_, index, table_in_, context);
    if (evaluate_) return;
    // Views of unknown items are not asked about: users keep the others.
    std::vector<std::uint32_t> known;
    std::vector<std::uint64_t> begins = {0};
    for (std::size_t user = 0; user < views_.users.size(); ++user) {
      for (const std::uint32_t item : views_.of(user)) {
        if (item != kNoLevel) known.push_back(item);
      }
      begins.push_back(known.size());
    }
    views_.items = std::move(known);
    views_.begins = std::move(begins);
    for (std::size_t user = 0; user < views_.users.size(); ++user) {
      askers_.push_back({views_.users.at(user), views_.of(user)});
    }
    return;
  }
  if (!viewed_.empty()) {
    asked_items_ = find_items(viewed_, index, context);
    askers_.push_back({"", asked_items_});
    return;
  }
  if (all_) {
    asked_items_.resize(index.size());
    for (std::size_t i = 0; i < index.size(); ++i) asked_items_[i] = static_cast<std::uint32_t>(i);
  } else if (!items_.empty()) {
    asked_items_ = read_item_list(items_, index, context);
  }
  for (const std::uint32_t& item : asked_items_) askers_.push_back({index.catalogue().ids.at(item), {&item, 1}});
}

AnswerForm Recommend::form() const {
  constexpr std::int64_t kTerms = 5;
  AnswerForm out;
  out.because = because_ || because_terms_;
  out.because_terms = static_cast<std::size_t>(because_terms_.value_or(kTerms));
  out.details = details_;
  if (several()) out.asker = users_.empty() ? "query" : "user";
  return out;
}

Answered Recommend::answer_some(const ItemIndex& index, const SearchOptions& options,
                                std::span<const Asker> askers) const {
  const AnswerForm how = form();
  Answered out;
  Searcher searcher(index, options);
  for (const Asker& asker : askers) {
    const Profile profile = make_profile(index, asker.viewed, decay_);
    std::vector<Answer> answers;
    for (const Recommendation& what : searcher.search(profile)) answers.push_back({what, {}});
    if (how.because) {
      for (Answer& one : answers) one.because = searcher.reasons(profile, one.what.item, how.because_terms);
    }
    out.cold += profile.terms.empty() ? 1 : 0;
    const bool unpriced = options.price_within && !profile.price;
    out.unpriced += !profile.terms.empty() && unpriced ? 1 : 0;
    out.empty += !profile.terms.empty() && !unpriced && answers.empty() ? 1 : 0;
    append_answers(index, how, asker.name, answers, out.csv);
    out.answers.push_back(std::move(answers));
  }
  return out;
}

void Recommend::add_counts(const ItemIndex& index, Json& out) const {
  out["items"] = index.size();
  out["terms"] = index.term_count();
  out["items_without_text"] = report_.without_text;
  out["items_without_price"] = report_.without_price;
  out["rows_left_out"] = report_.repeated;
}

void Recommend::warn_about_askers(const Answered& all, Context& context) const {
  const std::string who = users_.empty() ? "item" : "user";
  if (all.cold > 0 && !several()) {
    context.warn("what was viewed has no word to go by: nothing can be recommended from it");
  } else if (all.cold > 0 && !all_) {  // (of the whole catalogue it is said already)
    context.warn(count_of(all.cold, who) + " without a word to go by: nothing is recommended for " +
                 (all.cold == 1 ? "it" : "them"));
  }
  if (all.unpriced > 0) {
    context.warn(several() ? "what was viewed has no price for " + count_of(all.unpriced, who) +
                                 ": nothing is within --price-within of it"
                           : "what was viewed has no price: nothing is within --price-within of it");
  }
  if (all.empty > 0) {
    const bool filtered = min_price_ || max_price_ || !price_within_.empty() || !categories_.empty() || same_category_;
    const std::string none = std::string("no other item ") + (filtered ? "passes the filters and " : "") +
                             "shares a term with what was viewed";
    context.warn(several() ? none + ", for " + count_of(all.empty, who) : none);
  }
}

std::string Recommend::summary_of(std::size_t rows, const ItemIndex& index) const {
  std::string line = count_of(rows, "recommendation");
  if (several()) line += " for " + count_of(askers_.size(), users_.empty() ? "item" : "user");
  line += " from " + count_of(index.size(), "item");
  if (!output_.empty() && !is_standard_output(output_)) line += ", wrote " + output_;
  if (!form().because) return line + "; next: --because says why";
  if (index_out_.empty() && !is_model_file(catalogue_)) return line + "; next: --index-out FILE keeps the index";
  return line + "; next: --users VIEWS.csv --evaluate says how good they are";
}

void Recommend::answer(const SealedIndex& sealed, Session& session) {
  const ItemIndex& index = sealed.index;
  const SearchOptions options = search_options(sealed);
  std::optional<OutputFile> out;  // the object of --json takes the place of the lines
  if (!session.json() || (!output_.empty() && !is_standard_output(output_))) {
    out.emplace(output_.empty() ? "-" : output_);
    out->write(answers_header(form()));
  }
  Json objects = several() ? Json::object() : Json::array();
  Answered all;
  std::size_t next = 0;
  std::size_t consumed = 0;
  std::size_t rows = 0;
  ordered_stream<std::size_t, Answered>(
      session.context(),
      [&]() -> std::optional<std::size_t> {
        if (next >= askers_.size()) return std::nullopt;
        const std::size_t begin = next;
        next += kAskedTogether;
        return begin;
      },
      [&](std::size_t begin) {
        const std::size_t count = std::min(kAskedTogether, askers_.size() - begin);
        return answer_some(index, options, std::span(askers_).subspan(begin, count));
      },
      [&](const Answered& some) {
        if (out) out->write(some.csv);
        all.cold += some.cold;
        all.unpriced += some.unpriced;
        all.empty += some.empty;
        for (const std::vector<Answer>& answers : some.answers) {
          const std::string name(askers_[consumed++].name);
          rows += answers.size();
          if (!session.json()) continue;
          Json object = answers_to_json(index, form(), answers);
          if (!several()) {
            objects = std::move(object);
          } else {  // (names are distinct: looking for each among all would take the square of their number)
            objects.get_ref<Json::object_t&>().emplace_back(name, std::move(object));
          }
        }
      });
  if (out) out->commit();
  warn_about_askers(all, session.context());
  if (session.json()) {
    Json object = Json::object();
    object[several() ? "users" : "recommendations"] = std::move(objects);
    if (several()) object["cold"] = all.cold;
    add_counts(index, object);
    session.result("recommend", std::move(object));
  }
  session.summary(summary_of(rows, index));
}

Json figures_json(const RankingFigures& figures) {
  return {{"hit_rate", figures.hit_rate}, {"ndcg", figures.ndcg}, {"mrr", figures.mrr}};
}

void Recommend::evaluate(const SealedIndex& sealed, Session& session) const {
  const ItemIndex& index = sealed.index;
  const ViewsEvaluation result = evaluate_views(index, views_, search_options(sealed), decay_, session.context());
  if (result.users == 0) {
    throw Error(ErrorCode::kData, "no user has viewed two items of the catalogue, the last one for the first time",
                {.file = users_, .column = {}, .hint = "there is nothing to hold out"});
  }
  const std::string left = count_of(result.single_view, "user") + " with one view, " +
                           count_of(result.seen_before, "user") + " whose last item was viewed before";
  if (session.json()) {
    Json object = {
        {"k", result.k},
        {"users", result.users},
        {"users_with_one_view", result.single_view},
        {"users_whose_last_was_seen_before", result.seen_before},
        {"metrics", figures_json(result.content)},
        {"intervals", {{"hit_rate", {result.hit_rate_low, result.hit_rate_high}}}},
        {"baseline", {{"popularity", figures_json(result.popularity)}, {"random", figures_json(result.random)}}},
        {"items_recommended", result.distinct_items}};
    add_counts(index, object);
    session.result("recommend", std::move(object));
  } else {
    std::string text =
        fmt::format("{:<22}{:>14}{:>12}{:>12}\n", fmt::format("first {} of each", result.k), "hit rate", "NDCG", "MRR");
    const auto row = [&](const char* name, const RankingFigures& figures) {
      text += fmt::format("{:<22}{:>14}{:>12}{:>12}\n", name, short_number(figures.hit_rate),
                          short_number(figures.ndcg), short_number(figures.mrr));
    };
    row("by content", result.content);
    row("most viewed", result.popularity);
    row("at random", result.random);
    text += fmt::format("95 % interval of the hit rate: {} to {}\n", short_number(result.hit_rate_low),
                        short_number(result.hit_rate_high));
    text += fmt::format("{} evaluated; left out: {}\n", count_of(result.users, "user"), left);
    text += fmt::format("{} of {} recommended to someone\n", with_thousands(result.distinct_items),
                        count_of(index.size(), "item"));
    session.print(text);
  }
  session.summary("held out what " + count_of(result.users, "user") +
                  " viewed last; next: compare --weighting bm25, --sublinear, --decay 0.8");
}

int Recommend::run(Session& session) {
  check_options();
  if (!index_out_.empty()) session.require_output_beside_json(index_out_);
  const SealedIndex sealed = [&] {
    SealedIndex made = index_of(session.context());
    if (index_out_.empty()) return made;
    made.self_test = make_index_self_test(made.index);
    OutputFile file(index_out_);
    file.write(item_index_to_bytes(made));
    file.commit();
    return made;
  }();
  collect_askers(sealed, session.context());
  if (evaluate_) {
    evaluate(sealed, session);
  } else if (!askers_.empty()) {
    answer(sealed, session);
  } else {
    if (session.json()) {
      Json object = Json::object();
      add_counts(sealed.index, object);
      session.result("recommend", std::move(object));
    }
    session.summary(count_of(sealed.index.size(), "item") + ", " + count_of(sealed.index.term_count(), "term") +
                    ", wrote " + index_out_ + "; next: mlkit recommend " + index_out_ + " --viewed IDS");
  }
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_recommend() { return std::make_unique<Recommend>(); }

}  // namespace mlkit::app
