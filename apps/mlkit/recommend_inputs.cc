#include "recommend_inputs.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/text.h"
#include "mlkit/io/item_index_file.h"

namespace mlkit::app {
namespace {

const std::string kModelMagic = "\x89MLKIT";
constexpr std::size_t kLargestList = 256 << 20;
constexpr std::size_t kIdsShown = 3;

// The columns of the catalogue, by their names in the file; empty where it has none.
struct CatalogueColumns {
  std::string id;
  std::vector<std::string> texts;
  std::string category;
  std::string price;
};

std::string usual_column(const std::vector<std::string>& header, const std::vector<std::string>& usual) {
  for (const std::string& name : usual) {
    const auto same = [&](const std::string& column) { return to_lower_ascii(trim_blanks(column)) == name; };
    const auto found = std::find_if(header.begin(), header.end(), same);
    if (found != header.end()) return *found;
  }
  return {};
}

std::string list_names(const std::vector<std::string>& names) {
  constexpr std::size_t kNames = 12;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNames; ++i) out += (i == 0 ? "" : ", ") + names[i];
  return out + (names.size() > kNames ? ", .." : "");
}

CatalogueColumns choose_columns(const std::vector<std::string>& header, const CatalogueOptions& options) {
  const auto named = [&](const std::string& name) { return header[column_index(header, name)]; };
  CatalogueColumns out;
  out.id = options.id_col ? named(*options.id_col) : usual_column(header, {"id"});
  if (out.id.empty()) {
    throw Error(ErrorCode::kData, "there is no column \"id\"",
                {.file = {},
                 .column = {},
                 .hint = "say which one names the items with --id-col; there are " + list_names(header)});
  }
  out.category = options.category_col ? named(*options.category_col) : usual_column(header, {"category"});
  out.price = options.price_col ? named(*options.price_col) : usual_column(header, {"price"});
  for (const std::string& name : options.text_cols) out.texts.push_back(named(name));
  if (!out.texts.empty()) return out;
  for (const char* name : {"title", "category"}) {
    const std::string column = usual_column(header, {name});
    if (!column.empty()) out.texts.push_back(column);
  }
  if (out.texts.empty()) {
    throw Error(ErrorCode::kData, "there is no column \"title\" or \"category\"",
                {.file = {},
                 .column = {},
                 .hint = "say which columns describe the items with --text-cols; there are " + list_names(header)});
  }
  return out;
}

std::string_view cell_view(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return {};
  if (column.is_texts()) return column.texts().at(row);
  return (*column.categories().levels)[column.categories().codes[row]];
}

ErrorPlace place_of(const Table& table, std::size_t row, const std::string& column, std::string hint) {
  return {.file = {},
          .line = table.lines.empty() ? 0 : table.lines[row],
          .field = 0,
          .column = column,
          .hint = std::move(hint)};
}

// Numbers the ids; rows whose id stood before are left out where that loses nothing, or where it is asked for.
std::vector<std::uint32_t> distinct_rows(const Table& table, const std::string& id_name, bool keep_first,
                                         TextSet& ids) {
  const Column& id = table.column(id_name);
  std::vector<std::uint32_t> rows;
  ids.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view text = trim_blanks(cell_view(id, row));
    if (text.empty()) {
      throw Error(ErrorCode::kData, "an item has no id",
                  place_of(table, row, id_name, "every row needs an id of its own"));
    }
    const std::size_t known = ids.size();
    const std::uint32_t number = ids.insert(text);
    if (number == known) {
      rows.push_back(static_cast<std::uint32_t>(row));
      continue;
    }
    const std::uint32_t first = rows[number];
    const bool same = std::all_of(table.columns().begin(), table.columns().end(), [&](const Column& column) {
      return cell_view(column, first) == cell_view(column, row);
    });
    if (same || keep_first) continue;
    const std::string line = table.lines.empty() ? "" : " on line " + std::to_string(table.lines[first]);
    throw Error(ErrorCode::kData, "the id \"" + std::string(text) + "\" stood" + line + " for another item",
                place_of(table, row, id_name, "--duplicate-ids first keeps the first of each"));
  }
  return rows;
}

void take_categories(const Column& column, Catalogue& out) {
  TextSet seen;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const std::string_view text = trim_blanks(cell_view(column, row));
    out.category.push_back(text.empty() ? kNoLevel : seen.insert(text));
  }
  std::vector<std::pair<std::string, std::uint32_t>> sorted;
  for (std::size_t i = 0; i < seen.size(); ++i) sorted.emplace_back(seen.at(i), static_cast<std::uint32_t>(i));
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> place(sorted.size());
  for (auto& [name, number] : sorted) {
    place[number] = static_cast<std::uint32_t>(out.categories.size());
    out.categories.push_back(std::move(name));
  }
  for (std::uint32_t& category : out.category) {
    if (category != kNoLevel) category = place[category];
  }
}

void take_prices(const Table& table, const std::string& name, const NumberForm& form, CatalogueReport& report,
                 Catalogue& out, Context& context) {
  const Column& column = table.column(name);
  std::size_t odd = 0;
  std::string first;
  std::string scratch;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view text = trim_blanks(cell_view(column, row));
    double price = parse_price(text);
    if (!form.is_plain()) {
      const auto plain = to_plain_number(text, form, scratch);
      price = plain ? parse_price(*plain) : std::numeric_limits<double>::quiet_NaN();
    }
    out.prices.push_back(price);
    if (!std::isnan(price)) continue;
    ++report.without_price;
    if (!text.empty() && odd++ == 0) {
      first = "\"" + std::string(text.substr(0, 40)) + "\"";
      if (!table.lines.empty()) first += " on line " + std::to_string(table.lines[row]);
    }
  }
  if (odd > 0) {
    context.warn(count_of(odd, "cell") + " of \"" + name + "\" " + (odd == 1 ? "is no price" : "are no prices") +
                 " (first " + first + "): taken for missing, so that price filters leave the " +
                 (odd == 1 ? "item" : "items") + " out");
  }
}

TokenRules rules_of(const CatalogueOptions& options) {
  if (options.tokens == "chars") return {TokenUnit::kCharacters, 3, 4};
  return {TokenUnit::kWordsAndPairs, 1, 1};
}

void report_texts(const ItemIndex& index, CatalogueReport& report) {
  for (std::size_t item = 0; item < index.size(); ++item) report.without_text += index.has_text(item) ? 0 : 1;
}

}  // namespace

void CatalogueOptions::declare(FieldList& options) {
  const std::string group = "Catalogue";
  options.add("id_col", id_col, {.help = "the column that names the items (id)", .value_name = "COL", .group = group});
  options.add("text_cols", text_cols,
              {.help = "the columns that describe them (title,category)", .value_name = "COLS", .group = group});
  options.add("price_col", price_col, {.help = "the column of prices (price)", .value_name = "COL", .group = group});
  options.add("category_col", category_col,
              {.help = "the column for --category, --same-category, --category-boost (category)",
               .value_name = "COL",
               .group = group});
  options.add("duplicate_ids", duplicate_ids,
              {.help = "what to do about two items with one id: refuse them, or keep the first (error)",
               .choices = {"error", "first"},
               .group = group});
  options.add("weighting", weighting,
              {.help = "how terms are weighed (tfidf)", .choices = {"tfidf", "bm25"}, .group = group});
  options.add("sublinear", sublinear, {.help = "tfidf: 1 + ln(count) instead of the count", .group = group});
  options.add("tokens", tokens,
              {.help = "what texts are cut into: words (where a script has no spaces: pairs of characters), or 3 and 4 "
                       "characters, for codes and misspellings (words)",
               .choices = {"words", "chars"},
               .group = group});
}

const char* CatalogueOptions::first_given() const {
  if (id_col) return "--id-col";
  if (!text_cols.empty()) return "--text-cols";
  if (price_col) return "--price-col";
  if (category_col) return "--category-col";
  if (duplicate_ids) return "--duplicate-ids";
  if (weighting) return "--weighting";
  if (tokens) return "--tokens";
  return sublinear ? "--sublinear" : nullptr;
}

bool is_model_file(const std::string& path) {
  std::error_code none;
  if (path == "-" || !std::filesystem::is_regular_file(path, none)) return false;
  if (path.ends_with(".gz") || path.ends_with(".zst")) return false;
  InputFile file(path);
  std::string start(kModelMagic.size(), '\0');
  return file.read(start.data(), start.size()) == start.size() && start == kModelMagic;
}

SealedIndex read_catalogue(const std::string& path, const CatalogueOptions& options, const TableInOptions& table_in,
                           CatalogueReport& report, Context& context) {
  if (options.sublinear && options.weighting == "bm25") {
    throw_usage("--sublinear is for --weighting tfidf: BM25 damps counts by itself", "leave one of them out");
  }
  CatalogueColumns columns;
  CsvReadOptions csv = table_in.to_csv_options();
  csv.only_types_for = true;
  csv.types_for = [&](const std::vector<std::string>& header) {
    columns = choose_columns(header, options);
    std::map<std::string, DeclaredType> types;
    types[columns.id] = {ColumnType::kText, true};
    for (const std::string& name : columns.texts) types[name] = {ColumnType::kText, false};
    if (!columns.category.empty()) types[columns.category] = {ColumnType::kText, false};
    if (!columns.price.empty()) types[columns.price] = {ColumnType::kText, false};
    return types;
  };
  Table table = read_csv(path, csv, context);
  std::optional<SealedIndex> out;
  name_file(path, [&] {
    if (table.rows() == 0) throw_data("there are no items");
    Catalogue catalogue;
    const std::vector<std::uint32_t> rows =
        distinct_rows(table, columns.id, options.duplicate_ids == "first", catalogue.ids);
    report.repeated = table.rows() - rows.size();
    if (report.repeated > 0) {
      RowLines lines;
      for (const std::uint32_t row : rows) lines.push_back(table.lines.empty() ? 0 : table.lines[row]);
      const bool known = !table.lines.empty();
      table = table.select_rows(rows);
      if (known) table.lines = std::move(lines);
      context.warn(count_of(report.repeated, "row") + " left out: the id stood on an earlier row");
    }
    const Column& title = table.column(columns.texts[0]);
    for (std::size_t row = 0; row < table.rows(); ++row) catalogue.titles.append(cell_view(title, row));
    if (columns.category.empty()) {
      catalogue.category.assign(table.rows(), kNoLevel);
    } else {
      take_categories(table.column(columns.category), catalogue);
    }
    if (columns.price.empty()) {
      catalogue.prices.assign(table.rows(), std::numeric_limits<double>::quiet_NaN());
    } else {
      take_prices(table, columns.price, csv.numbers, report, catalogue, context);
    }
    TextColumns texts;
    for (const std::string& name : columns.texts) texts.push_back(&table.column(name));
    WeighingOptions weighing;
    if (options.weighting == "bm25") weighing.weighting = TermWeighting::kBm25;
    weighing.sublinear = options.sublinear;
    const TokenRules rules = rules_of(options);
    ItemTerms terms = count_item_terms(texts, table.rows(), rules, context);
    if (terms.terms.empty()) {
      throw_data("no item has a word to go by in " + list_names(columns.texts), "name other columns with --text-cols");
    }
    out.emplace(SealedIndex{ItemIndex(std::move(catalogue), std::move(terms), rules, weighing, context),
                            {MLKIT_VERSION, columns.texts, !columns.price.empty(), !columns.category.empty()},
                            {}});
  });
  report_texts(out->index, report);
  if (report.without_text > 0) {
    std::size_t first = 0;
    while (out->index.has_text(first)) ++first;
    context.warn(count_of(report.without_text, "item") + (report.without_text == 1 ? " has" : " have") +
                 " no word to go by (first: id \"" + std::string(out->index.catalogue().ids.at(first)) +
                 "\"): never recommended, and nothing can be recommended from " +
                 (report.without_text == 1 ? "it" : "them"));
  }
  return std::move(*out);
}

SealedIndex read_item_index(const std::string& path, CatalogueReport& report, const Context& context) {
  SealedIndex out = item_index_from_bytes(read_model_bytes(path), path, context);
  report_texts(out.index, report);
  if (!out.record.has_prices) return out;
  for (const double price : out.index.catalogue().prices) report.without_price += std::isnan(price) ? 1 : 0;
  return out;
}

std::vector<std::uint32_t> find_items(const std::vector<std::string>& ids, const ItemIndex& index, Context& context) {
  std::vector<std::uint32_t> out;
  std::vector<std::string> unknown;
  for (const std::string& id : ids) {
    const std::uint32_t item = index.catalogue().ids.find(trim_blanks(id));
    if (item == kNoLevel) {
      unknown.push_back(id);
    } else {
      out.push_back(item);
    }
  }
  if (unknown.empty()) return out;
  std::string list;
  for (std::size_t i = 0; i < unknown.size() && i < kIdsShown; ++i)
    list += (i == 0 ? "\"" : ", \"") + unknown[i] + "\"";
  if (unknown.size() > kIdsShown) list += ", .. (" + std::to_string(unknown.size()) + ")";
  const std::string message = "the catalogue has no item " + list;
  if (out.empty()) {
    throw_data(message, "ids look like \"" + std::string(index.catalogue().ids.at(0)) + "\" there");
  }
  context.warn(message);
  return out;
}

std::vector<std::uint32_t> read_item_list(const std::string& path, const ItemIndex& index, Context& context) {
  std::vector<bool> listed(index.size());
  std::size_t again = 0;
  const std::string text = read_file(path, kLargestList);
  std::vector<std::uint32_t> out;
  std::size_t line = 0;
  for (std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view id = trim_blanks(std::string_view(text).substr(at, end - at));
    at = end + 1;
    ++line;
    if (id.empty()) continue;
    const std::uint32_t item = index.catalogue().ids.find(id);
    if (item == kNoLevel && line == 1 && to_lower_ascii(id) == "id") continue;  // a header
    if (item == kNoLevel) {
      throw Error(ErrorCode::kData, "the catalogue has no item \"" + std::string(id) + "\"",
                  {.file = path, .line = line, .field = 0, .column = {}, .hint = "one id a line"});
    }
    if (listed[item]) {
      ++again;
      continue;
    }
    listed[item] = true;
    out.push_back(item);
  }
  if (out.empty())
    throw Error(ErrorCode::kData, "there are no ids", {.file = path, .column = {}, .hint = "one id a line"});
  if (again > 0) context.warn(path + ": " + count_of(again, "line") + " repeat an id: each is answered once");
  return out;
}

ViewLog read_views(const std::string& path, const std::string& user_col, const std::string& item_col,
                   const ItemIndex& index, const TableInOptions& table_in, Context& context) {
  std::string user_name;
  std::string item_name;
  CsvReadOptions csv = table_in.to_csv_options();
  csv.only_types_for = true;
  csv.rejects_path.clear();
  csv.types_for = [&](const std::vector<std::string>& header) {
    const auto choose = [&](const std::string& given, const std::vector<std::string>& usual, const char* option) {
      if (!given.empty()) return header[column_index(header, given)];
      std::string found = usual_column(header, usual);
      if (!found.empty()) return found;
      throw Error(ErrorCode::kData, "there is no column \"" + usual[0] + "\"",
                  {.file = {}, .column = {}, .hint = std::string("say which it is with ") + option});
    };
    user_name = choose(user_col, {"user", "user_id"}, "--user-col");
    item_name = choose(item_col, {"item", "item_id", "id"}, "--item-col");
    return std::map<std::string, DeclaredType>{{user_name, {ColumnType::kText, true}},
                                               {item_name, {ColumnType::kText, true}}};
  };
  const Table table = read_csv(path, csv, context);
  ViewLog out;
  name_file(path, [&] {
    if (user_name == item_name) throw_data("users and items are the same column", "name both: --user-col, --item-col");
    if (table.rows() == 0) throw_data("there are no views");
    const Column& users = table.column(user_name);
    const Column& items = table.column(item_name);
    std::vector<std::uint32_t> user_of;
    std::size_t unknown = 0;
    std::string first;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::string_view user = cell_view(users, row);
      if (user.empty()) throw Error(ErrorCode::kData, "a view has no user", place_of(table, row, user_name, {}));
      user_of.push_back(out.users.insert(user));
      const std::string_view id = trim_blanks(cell_view(items, row));
      if (index.catalogue().ids.find(id) == kNoLevel && unknown++ == 0) first = id;
    }
    out.begins.assign(out.users.size() + 1, 0);
    for (const std::uint32_t user : user_of) ++out.begins[user + 1];
    for (std::size_t u = 0; u < out.users.size(); ++u) out.begins[u + 1] += out.begins[u];
    std::vector<std::uint64_t> next(out.begins.begin(), out.begins.end() - 1);
    out.items.resize(user_of.size());
    for (std::size_t row = 0; row < user_of.size(); ++row) {
      out.items[next[user_of[row]]++] = index.catalogue().ids.find(trim_blanks(cell_view(items, row)));
    }
    if (unknown > 0) {
      context.warn(count_of(unknown, "view") + " of items that the catalogue does not have (first: \"" + first + "\")");
    }
  });
  return out;
}

}  // namespace mlkit::app
