// The confusion matrix and everything that is computed from it alone.
// For a class: Type I errors are its false positives, Type II errors its false negatives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mlkit {

// A quotient that may be 0 / 0: then value is 0 and defined is false (say so to the reader).
struct Ratio {
  double value = 0;
  bool defined = true;
};

// Rows are the true classes, columns the predicted ones; cells are sums of weights (counts without).
struct Confusion {
  std::size_t classes = 0;
  std::vector<double> cells;  // row-major

  double at(std::size_t truth, std::size_t predicted) const { return cells[truth * classes + predicted]; }
  double total() const;
  double correct() const;
  double support(std::size_t c) const;    // rows that are c
  double predicted(std::size_t c) const;  // rows that were called c
  double true_positives(std::size_t c) const { return at(c, c); }
  double false_positives(std::size_t c) const;  // Type I
  double false_negatives(std::size_t c) const;  // Type II
  double true_negatives(std::size_t c) const;
};

// `weights` is empty or as long as the labels. Labels must be below `classes` (std::invalid_argument).
Confusion count_confusion(std::span<const std::uint32_t> truth, std::span<const std::int32_t> predicted,
                          std::size_t classes, std::span<const double> weights = {});

struct ClassScores {
  Ratio precision, recall, f1;
  double support = 0;
};

enum class Average { kMacro, kWeighted, kMicro };

ClassScores class_scores(const Confusion& confusion, std::size_t c);
// Macro and weighted averages run over the classes that occur in the truth or the predictions; a
// quotient that is not defined counts as 0 and makes the average not `defined`.
ClassScores average_scores(const Confusion& confusion, Average average);

Ratio accuracy(const Confusion& confusion);
Ratio precision(const Confusion& confusion, std::size_t c);
Ratio recall(const Confusion& confusion, std::size_t c);
Ratio specificity(const Confusion& confusion, std::size_t c);  // recall of the other classes together
// (1 + beta^2) P R / (beta^2 R + P), from the counts.
Ratio fbeta(const Confusion& confusion, std::size_t c, double beta);
Ratio balanced_accuracy(const Confusion& confusion);  // mean recall over the classes in the truth
Ratio matthews(const Confusion& confusion);           // Gorodkin's R_K for more than two classes; 0 on an empty margin
Ratio cohen_kappa(const Confusion& confusion);

}  // namespace mlkit
