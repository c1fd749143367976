// Student's t distribution with a whole number of degrees of freedom, with the same bits on every processor
// (mlkit::exp, mlkit::log, IEEE arithmetic in a fixed order). Pure; may be called from several threads.
#pragma once

#include <cstdint>

namespace mlkit {

// P(|T| >= |t|) for df >= 1, to about 1e-12 relative up to 10,000 of them: the regularised incomplete beta function
// I(df / (df + t^2); df/2, 1/2) by its continued fraction (modified Lentz; Press et al., Numerical Recipes, 6.4).
// 0 for an infinite t.
double student_t_two_sided(double t, std::int64_t df);

// t > 0 with P(|T| <= t) = confidence, for 0 < confidence < 1 (bisection to the last bit).
double student_t_quantile(double confidence, std::int64_t df);

}  // namespace mlkit
