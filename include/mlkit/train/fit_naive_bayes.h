// Naive Bayes from counts: one sweep over the rows, a second one where there are numbers. v_i are the row weights.
//
//   prior_c    = sum of v_i of the class / sum of all
//   theta_ct   = (N_ct + alpha) / (sum_t N_ct + alpha * size), N_ct = sum of v_i x_it over the rows of the class, for
//                texts (their terms) and categories (their levels): Lidstone smoothing, alpha = 1 is Laplace's
//   mean, var  of each number per class; 1e-9 of the largest variance of a feature is added to var
//
// These are scikit-learn's MultinomialNB, CategoricalNB and GaussianNB, each column under the one that fits it, added
// up in logarithms (Manning, Raghavan, Schuetze, Introduction to Information Retrieval, 2008, chapter 13). The bits do
// not depend on the number of threads.
#pragma once

#include <span>

#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/naive_bayes_model.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct NaiveBayesOptions {
  double nb_alpha = 1.0;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("nb_alpha", nb_alpha,
          {.help = "naive Bayes: what every word and level counts beside the rows that have it (smoothing)",
           .range = {.min = 0, .min_open = true}});
  }
};

// `groups` name every feature once, rising. The objective reported is the negative log of the joint likelihood of rows
// and classes, by weight. Throws Error(kData): no rows, one class only, a weight that is negative or not finite, a
// negative value in a group of terms.
Fitted<NaiveBayesModel> fit_naive_bayes(const DatasetView& data, std::span<const FeatureGroup> groups,
                                        const NaiveBayesOptions& options, Context& context);

}  // namespace mlkit
