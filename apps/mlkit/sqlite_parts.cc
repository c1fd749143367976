// Parts of SQLite that the static program does without (see CMakeLists.txt beside this).
#include <limits>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's --wrap=NAME turns NAME into __wrap_NAME.
extern "C" {

// Full-text search, R-trees and tables about SQLite itself: registered for every connection, used by none of ours.
int sqlite3Fts3Init(void*) { return 0; }
int sqlite3Fts5Init(void*) { return 0; }
int sqlite3RtreeInit(void*) { return 0; }
int sqlite3StmtVtabInit(void*) { return 0; }
int sqlite3DbstatRegister(void*) { return 0; }

// Extensions: there is nothing that could be loaded.
void* __wrap_dlopen(const char*, int) { return nullptr; }

// Trigonometry of SQL: the tables behind it are larger than the ledger's own code. Nothing of ours may call these
// functions anyway, because they differ between processors (tests/house checks it).
double __wrap_acos(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_acosh(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_asin(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_asinh(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_atan(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_atanh(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_cos(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_cosh(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_sin(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_sinh(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_tan(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_tanh(double) { return std::numeric_limits<double>::quiet_NaN(); }
double __wrap_atan2(double, double) { return std::numeric_limits<double>::quiet_NaN(); }

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
