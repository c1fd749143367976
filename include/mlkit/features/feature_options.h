// What `features fit` is asked to do. It becomes the specification of a recipe (fit_features.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/base/fields.h"

namespace mlkit {

struct FeatureOptions {
  std::string target;
  std::vector<std::string> dates = {"auto"};
  std::vector<std::string> date_parts = {"auto"};
  std::vector<std::string> differences = {"auto"};
  std::vector<std::string> encode;
  std::string encode_default = "auto";
  std::string smoothing = "auto";
  std::string group;
  std::int64_t rare = 1;
  std::vector<std::string> bins;
  std::string scale = "none";
  std::string impute = "none";
  std::vector<std::string> text;
  std::int64_t text_features = 1000;
  std::string text_tokens = "words";
  std::vector<std::string> interactions;
  std::vector<std::string> keep;
  bool drop_original = false;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("target", target,
          {.help = "the column to be predicted: target encoding learns from it, nothing is made of it",
           .value_name = "COL"});
    visit("dates", dates,
          {.help = "time stamps to take apart: auto (all of them, hours, days and months also as sine and cosine), "
                   "none, or columns",
           .value_name = "COLS"});
    visit("date_parts", date_parts,
          {.help = "parts to take: auto, or of year, month, day, day_of_week (0 = Monday), hour, minute, is_weekend, "
                   "month_sin, .. ; parts that never change are dropped",
           .value_name = "PARTS"});
    visit("differences", differences,
          {.help = "time between two time stamps, END:START for END - START; auto: of every two columns, none",
           .value_name = "PAIRS"});
    visit("encode", encode,
          {.help = "texts to numbers, COL=target, onehot, frequency or ordinal; a column may come twice",
           .value_name = "LIST"});
    visit("encode_default", encode_default,
          {.help = "how text columns without a word of their own are encoded; auto: by the number of their levels",
           .choices = {"auto", "none", "target", "onehot", "frequency", "ordinal"}});
    visit("smoothing", smoothing,
          {.help = "target encoding: the rows that the overall mean counts for, or auto (empirical Bayes)",
           .value_name = "M"});
    visit("group", group,
          {.help = "target encoding: rows of one group do not teach each other's values", .value_name = "COL"});
    visit(
        "rare", rare,
        {.help = "one-hot: levels in fewer rows than this share one feature", .value_name = "N", .range = at_least(1)});
    visit("bins", bins,
          {.help = "numbers to bins, COL=N (equally many rows), COL=N:uniform (equally wide)", .value_name = "LIST"});
    visit("scale", scale,
          {.help = "scale numeric columns: mean and standard deviation, minimum and maximum, median and quartiles",
           .choices = {"none", "standard", "minmax", "robust"}});
    visit(
        "impute", impute,
        {.help = "what a missing number is in bins and scaling: none (stays missing), median, mean, mode or constant=V",
         .value_name = "HOW"});
    visit("text", text, {.help = "words to numbers, COL=tfidf, bow (counts) or hash", .value_name = "LIST"});
    visit("text_features", text_features,
          {.help = "the most frequent terms of a text that get a feature, or the hashed ones",
           .value_name = "N",
           .range = between(1, 10000)});
    visit("text_tokens", text_tokens,
          {.help = "terms of a text: words, or chars (3 to 5 characters of a word, for scripts without spaces)",
           .choices = {"words", "chars"}});
    visit("interactions", interactions, {.help = "products of two numeric columns, A:B", .value_name = "PAIRS"});
    visit("keep", keep, {.help = "with --drop-original: columns that stay", .value_name = "COLS"});
    visit("drop_original", drop_original, {.help = "leave out the columns that features were made of"});
  }
};

}  // namespace mlkit
