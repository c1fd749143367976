// Distribution functions of the tests in drift/, with the same bits on every processor (mlkit::exp, mlkit::log, IEEE
// arithmetic in a fixed order). All are pure and may be called from several threads.
#pragma once

namespace mlkit {

// log of the gamma function, x > 0, to about 1e-14 relative (Stirling's series after shifting x above 15).
double log_gamma(double x);

// P(X >= x) of a chi-square distribution with `df` > 0 degrees of freedom: the upper incomplete gamma function
// Q(df/2, x/2), by its series below the mean and by Legendre's continued fraction (modified Lentz) above; so small
// tails keep their relative precision (about 1e-13 up to 1,000 degrees of freedom). 1 for x <= 0.
double chi_square_upper(double x, double df);

// x with P(X <= x) = p, for 0 < p < 1, to about 1e-12 relative (bisection).
double chi_square_quantile(double p, double df);

// P(K >= z) of Kolmogorov's limit distribution, 2 sum (-1)^(k-1) exp(-2 k^2 z^2), for small z by the other theta
// series. 1 for z <= 0. (Kolmogorov 1933; Marsaglia, Tsang, Wang, J. Stat. Software 8(18), 2003.)
double kolmogorov_upper(double z);

}  // namespace mlkit
