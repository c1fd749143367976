// A step turns a table into another table and may learn how from training rows. Cleaning and
// feature engineering share this interface; a recipe or a sealed pipeline is a list of steps.
//
// Life: observe() every block of the training rows (blocks may be observed by several steps and
// merged in block order), finish(), then apply() to any number of tables, from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/binary.h"
#include "mlkit/base/context.h"
#include "mlkit/data/table.h"

namespace mlkit {

class Step {
 public:
  virtual ~Step() = default;

  // The name under which the step is saved, e.g. "impute".
  virtual std::string_view kind() const = 0;

  virtual void observe(const Table& block, Context& context) = 0;
  // Takes in what a step of the same kind observed on the blocks that follow.
  virtual void merge(Step&& later) = 0;
  virtual void finish(Context& context) = 0;

  // Later rows: never drops or adds rows. Thread-safe.
  virtual Table apply(Table table) const = 0;
  // Training rows, where they get another output than later rows (rows dropped, cross-fitted
  // encodings, resampling). By default the same as apply().
  virtual Table apply_training(Table table, Context& context) const {
    (void)context;
    return apply(std::move(table));
  }
  virtual bool training_differs() const { return false; }

  // What apply() makes of a table with this schema; throws Error(kData) where it cannot.
  virtual Schema output_schema(const Schema& input) const = 0;

  // The unfitted specification again, for refitting on other rows (folds).
  virtual std::unique_ptr<Step> clone_unfitted() const = 0;
  virtual void save(BinaryWriter& out) const = 0;
};

}  // namespace mlkit
