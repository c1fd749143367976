#include "mlkit/eval/student.h"

#include <gtest/gtest.h>

#include <limits>

namespace mlkit {
namespace {

// Quantiles: mpmath with 30 digits, where the regularised incomplete beta function is 1 - confidence (scipy's ppf is
// good to 1e-8 only). Their error is at most that of the tail, 1e-12, as their relative slopes are at least 1. Tails:
// scipy 1.10, 2 * scipy.stats.t.sf(t, df).
TEST(StudentT, TailsAndQuantilesAreRightToTwelveDigits) {
  struct Case {
    double confidence;
    std::int64_t df;
    double quantile;
  };
  for (const Case& c : {Case{0.5, 1, 1.0},
                        Case{0.5, 2, 0.81649658092772603},
                        Case{0.5, 3, 0.76489232840434528},
                        Case{0.5, 4, 0.74069708411268263},
                        Case{0.5, 9, 0.70272214675132637},
                        Case{0.5, 49, 0.67952964526265076},
                        Case{0.5, 10000, 0.67451428448359243},
                        Case{0.95, 1, 12.706204736174705},
                        Case{0.95, 2, 4.3026527297494639},
                        Case{0.95, 3, 3.1824463052837096},
                        Case{0.95, 4, 2.7764451051977944},
                        Case{0.95, 9, 2.2621571627982055},
                        Case{0.95, 49, 2.0095752371292397},
                        Case{0.95, 10000, 1.9602012398906263},
                        Case{0.999, 1, 636.61924876871962},
                        Case{0.999, 2, 31.599054576443621},
                        Case{0.999, 3, 12.923978636687483},
                        Case{0.999, 4, 8.6103015813792751},
                        Case{0.999, 9, 4.7809125859311391},
                        Case{0.999, 49, 3.5004428913673668},
                        Case{0.999, 10000, 3.2914999659416047}}) {
    EXPECT_NEAR(student_t_quantile(c.confidence, c.df), c.quantile, 2e-12 * c.quantile) << c.df;
    const double tail = student_t_two_sided(student_t_quantile(c.confidence, c.df), c.df);
    EXPECT_NEAR(tail, 1 - c.confidence, 2e-12 * tail) << c.df;
  }
  struct Tail {
    double t;
    std::int64_t df;
    double p;
  };
  for (const Tail& c : {Tail{0.01, 1, 0.9936340144701835},     Tail{0.01, 2, 0.992929108958201},
                        Tail{0.01, 4, 0.9925001562458986},     Tail{0.01, 5, 0.9924080180425818},
                        Tail{0.01, 29, 0.992089764803225},     Tail{0.01, 300, 0.9920279339588818},
                        Tail{1.7, 1, 0.3385060546606653},      Tail{1.7, 2, 0.23123342620157117},
                        Tail{1.7, 4, 0.16435494127004996},     Tail{1.7, 5, 0.14987678684832376},
                        Tail{1.7, 29, 0.09983379148846933},    Tail{1.7, 300, 0.09016736731510319},
                        Tail{8.0, 1, 0.07916684832113108},     Tail{8.0, 2, 0.01526807216533814},
                        Tail{8.0, 4, 0.0013238969092171677},   Tail{8.0, 5, 0.0004929066605724437},
                        Tail{8.0, 29, 8.012575649631703e-09},  Tail{8.0, 300, 2.7350153901538376e-14},
                        Tail{40.0, 1, 0.015912179824051624},   Tail{40.0, 2, 0.0006244146721847406},
                        Tail{40.0, 4, 2.3340163226012694e-06}, Tail{40.0, 5, 1.8411962171772952e-07},
                        Tail{40.0, 29, 6.346877329729317e-27}, Tail{40.0, 300, 2.852418039531109e-122}}) {
    EXPECT_NEAR(student_t_two_sided(c.t, c.df), c.p, 1e-12 * c.p) << c.t << " " << c.df;
    EXPECT_EQ(student_t_two_sided(-c.t, c.df), student_t_two_sided(c.t, c.df));
  }
  EXPECT_EQ(student_t_two_sided(0, 4), 1.0);
  EXPECT_EQ(student_t_two_sided(std::numeric_limits<double>::infinity(), 4), 0.0);
}

}  // namespace
}  // namespace mlkit
