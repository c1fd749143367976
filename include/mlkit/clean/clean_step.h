// Cleaning as a step of a pipeline: refitted on training rows, sealed in the model file.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <utility>

#include "mlkit/clean/clean_recipe.h"
#include "mlkit/steps/step.h"

namespace mlkit {

// observe() keeps the blocks (medians and duplicates need all rows); finish() learns from them and
// lets them go. apply() never drops rows, apply_training() drops what cleaning drops.
class CleanStep : public Step {
 public:
  explicit CleanStep(CleanOptions options) { recipe_.options = std::move(options); }
  explicit CleanStep(CleanRecipe recipe) : recipe_(std::move(recipe)), fitted_(true) {}

  std::string_view kind() const override { return "clean"; }
  void observe(const Table& block, Context& context) override;
  void merge(Step&& later) override;
  void finish(Context& context) override;
  Table apply(Table table) const override;
  Table apply_training(Table table, Context& context) const override;
  bool training_differs() const override { return true; }
  Schema output_schema(const Schema& input) const override { return clean_output_schema(recipe_, input); }
  std::unique_ptr<Step> clone_unfitted() const override { return std::make_unique<CleanStep>(recipe_.options); }
  void save(BinaryWriter& out) const override;
  // Throws Error(kModelFile).
  static std::unique_ptr<CleanStep> load(BinaryReader& in);

  const CleanRecipe& recipe() const { return recipe_; }

 private:
  CleanRecipe recipe_;
  bool fitted_ = false;
  std::vector<Table> blocks_;
};

}  // namespace mlkit
