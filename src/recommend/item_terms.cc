#include "mlkit/recommend/item_terms.h"

#include <algorithm>
#include <numeric>

#include "mlkit/parallel/blocks.h"
#include "mlkit/recommend/text_set.h"

namespace mlkit {
namespace {

constexpr std::size_t kItemBlock = 8192;  // large, so that few terms are known to several blocks

// The terms of a block of rows, numbered within the block.
struct BlockCounts {
  TextSet terms;
  std::vector<std::uint32_t> row_sizes;
  std::vector<std::uint32_t> term;
  std::vector<std::uint32_t> count;
  std::vector<std::uint32_t> global;  // of each own term, once blocks are brought together
};

std::string_view cell(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return {};
  if (column.is_texts()) return column.texts().at(row);
  return (*column.categories().levels)[column.categories().codes[row]];
}

BlockCounts count_block(const TextColumns& columns, std::size_t begin, std::size_t end, const TokenRules& rules) {
  BlockCounts out;
  Tokenizer tokenizer(rules);
  std::string text;
  std::vector<std::uint32_t> found;
  for (std::size_t row = begin; row < end; ++row) {
    text.clear();
    for (const Column* column : columns) {
      text += cell(*column, row);
      text += ' ';
    }
    found.clear();
    for (const std::string_view token : tokenizer.tokens(text)) found.push_back(out.terms.insert(token));
    std::sort(found.begin(), found.end());
    const std::size_t before = out.term.size();
    for (std::size_t i = 0; i < found.size();) {
      std::size_t next = i + 1;
      while (next < found.size() && found[next] == found[i]) ++next;
      out.term.push_back(found[i]);
      out.count.push_back(static_cast<std::uint32_t>(next - i));
      i = next;
    }
    out.row_sizes.push_back(static_cast<std::uint32_t>(out.term.size() - before));
  }
  return out;
}

// Numbers the terms of all blocks in byte order.
std::vector<std::string> unite_terms(std::vector<BlockCounts>& blocks) {
  TextSet all;
  for (BlockCounts& block : blocks) {
    block.global.resize(block.terms.size());
    for (std::size_t i = 0; i < block.terms.size(); ++i) block.global[i] = all.insert(block.terms.at(i));
  }
  std::vector<std::uint32_t> order(all.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return all.at(a) < all.at(b); });
  std::vector<std::uint32_t> place(all.size());
  std::vector<std::string> terms;
  terms.reserve(all.size());
  for (const std::uint32_t term : order) {
    place[term] = static_cast<std::uint32_t>(terms.size());
    terms.emplace_back(all.at(term));
  }
  for (BlockCounts& block : blocks) {
    for (std::uint32_t& term : block.global) term = place[term];
  }
  return terms;
}

// A block's entries into their places, in the order of the united terms.
void place_block(const BlockCounts& block, std::uint64_t at, ItemTerms& out) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> row;
  std::size_t entry = 0;
  for (const std::uint32_t size : block.row_sizes) {
    row.clear();
    for (std::size_t i = 0; i < size; ++i, ++entry)
      row.emplace_back(block.global[block.term[entry]], block.count[entry]);
    std::sort(row.begin(), row.end());
    for (const auto& [term, count] : row) {
      out.term[at] = term;
      out.count[at++] = count;
    }
  }
}

}  // namespace

ItemTerms count_item_terms(const TextColumns& columns, std::size_t rows, const TokenRules& rules,
                           const Context& context) {
  std::vector<BlockCounts> blocks(block_count(rows, kItemBlock));
  for_blocks(context, rows, kItemBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
    context.check_stop();
    blocks[block] = count_block(columns, begin, end, rules);
  });
  ItemTerms out;
  out.terms = unite_terms(blocks);
  out.begins.reserve(rows + 1);
  out.begins.push_back(0);
  for (const BlockCounts& block : blocks) {
    for (const std::uint32_t size : block.row_sizes) out.begins.push_back(out.begins.back() + size);
  }
  out.term.resize(out.begins.back());
  out.count.resize(out.begins.back());
  for_blocks(context, rows, kItemBlock, [&](std::size_t block, std::size_t begin, std::size_t) {
    place_block(blocks[block], out.begins[begin], out);
    blocks[block] = BlockCounts();
  });
  return out;
}

}  // namespace mlkit
