// The inner loops of logistic regression, on tiles of rows. A tile is kTileRows rows of `stride` doubles
// (a multiple of eight: 1 for the intercept, the features, zeros); rows that are not there have weight 0.
//
// Every sum has one order whatever the processor: over the rows of a tile one after the other (sums per
// feature), or in the eight lanes of base/lanes.h (sums over rows and dot products).
#pragma once

#include <cstddef>
#include <cstdint>

namespace mlkit {

inline constexpr std::size_t kTileRows = 64;

// Length of a packed row with `features` features.
inline std::size_t tile_stride(std::size_t features) { return (features + 1 + 7) / 8 * 8; }

// a . b in lanes.
double dot_product(const double* a, const double* b, std::size_t n);

// y += factor * x
void add_scaled(double* y, const double* x, double factor, std::size_t n);

// z_i = row_i . parameters, for the kTileRows rows.
void tile_scores(const double* rows, std::size_t stride, const double* parameters, double* z);

// What one row adds to the objective and its derivatives, by the score of the wrong answer
// t_i = -s_i z_i (sign_i = +1 for the negative class, -1 for the positive one; t_i = sign_i z_i):
//   residual_i = v_i sign_i / (1 + exp(-t_i)), curvature_i = v_i p_i (1 - p_i)
// Returns sum_i v_i log(1 + exp(t_i)); `*worst` is raised to the largest t_i where v_i > 0.
double tile_logistic(const double* z, const double* sign, const double* v, double* residual, double* curvature,
                     double* worst);

// Softmax over `classes` scores; z is class after class, kTileRows each, and becomes the probabilities.
// log_sum_i = log sum_c exp(z_ic) - max_c z_ic, largest_i = max_c z_ic.
void tile_softmax(double* z, std::size_t classes, double* largest, double* log_sum);

// sum += sum_i scale_i row_i; sum has `stride` entries.
void add_scaled_rows(const double* rows, std::size_t stride, const double* scale, double* sum);

// squares += sum_i q_i row_i row_i^T, lower triangle of a stride x stride row-major matrix (entries above
// the diagonal within 7 columns of it are scratch). `scratch` has kTileRows * stride entries.
void add_weighted_squares(const double* rows, std::size_t stride, const double* q, double* scratch, double* squares);

}  // namespace mlkit
