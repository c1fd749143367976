// How rows are dealt to folds, as commands that cross-validate ask for it.
#pragma once

#include <optional>
#include <string>

#include "training_options.h"

#include "mlkit/workflow/cross_validate.h"

namespace mlkit::app {

// --folds K|FILE: is this value the name of a file? What looks like a number is a number, if perhaps a wrong one.
bool names_folds_file(const std::string& folds);

class FoldOptions {
 public:
  void declare(FieldList& options);
  // Of these only the ways to keep rows together or in order (--group, --time): where the numbers of folds are the
  // command's own.
  void declare_ways(FieldList& options);
  // From Command::name_outputs(): --folds is a number or a file.
  void name_file();
  // Throws Error(kUsage) for options that contradict each other; before anything is read.
  void check() const;
  FoldPlan draw(const TrainingRows& rows, Session& session) const;
  // So many folds of a table by --group or --time, else drawn.
  FoldPlan draw(const Table& table, const Target& target, std::size_t folds, std::uint64_t seed,
                Context& context) const;
  // The column of --group says which rows belong together; it is no feature unless --features names it.
  void leave_group_out(const Table& table, TrainOptions& options) const;

 private:
  std::size_t count() const;

  std::optional<std::string> folds_;
  std::string folds_file_;
  std::int64_t repeats_ = 1;
  bool loocv_ = false;
  std::string group_;
  std::string time_;
};

}  // namespace mlkit::app
