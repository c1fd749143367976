// exp, log and what is built on them, with the same bits on every processor: only IEEE + - * / and
// integer operations in a fixed order (the build forbids contraction to FMA). glibc's versions
// differ between machines with and without FMA, so nothing that reaches an output may call those.
//
// Accuracy: below 1 ulp over the whole range (measured against long double in the tests).
#pragma once

namespace mlkit {

// e^x; 0 below -745.2, +inf above 709.79, NaN for NaN.
double exp(double x);
// Natural logarithm; -inf at 0, NaN below 0.
double log(double x);
// log(1 + x) without cancellation near 0.
double log1p(double x);
// 1 / (1 + e^-x), never overflowing.
double sigmoid(double x);
// log(1 + e^x), the loss of logistic regression in its log-sum-exp form; no overflow, no cancellation.
double log1p_exp(double x);

}  // namespace mlkit
