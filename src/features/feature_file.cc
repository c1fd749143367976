// A feature recipe as bytes of a model file (docs/model-format.md, section "recipe").
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/features/feature_encoder.h"

namespace mlkit {
namespace {

constexpr std::size_t kLeastColumnBytes = 12;
constexpr std::size_t kLeastStepBytes = 25;

void save_terms(const TermOptions& terms, BinaryWriter& out) {
  out.u8(static_cast<std::uint8_t>(terms.tokens.unit));
  out.u32(terms.tokens.shortest);
  out.u32(terms.tokens.longest);
  out.boolean(terms.idf);
  out.boolean(terms.smooth_idf);
  out.boolean(terms.sublinear);
  out.boolean(terms.normalise);
}

TermOptions load_terms(BinaryReader& in) {
  TermOptions terms;
  const std::uint8_t unit = in.u8();
  if (unit > static_cast<std::uint8_t>(TokenUnit::kCharacters)) in.fail("names an unknown unit of tokens");
  terms.tokens.unit = static_cast<TokenUnit>(unit);
  terms.tokens.shortest = in.u32();
  terms.tokens.longest = in.u32();
  terms.idf = in.boolean();
  terms.smooth_idf = in.boolean();
  terms.sublinear = in.boolean();
  terms.normalise = in.boolean();
  return terms;
}

// NaN (missing) and infinity are allowed where `all` numbers are.
std::vector<double> load_numbers(BinaryReader& in) { return in.f64s(); }

void save_fill(double fill, BinaryWriter& out) {
  out.boolean(fill == fill);
  out.f64(fill == fill ? fill : 0.0);
}

double load_fill(BinaryReader& in) {
  const bool fills = in.boolean();
  const double fill = in.finite_f64();
  return fills ? fill : std::numeric_limits<double>::quiet_NaN();
}

void save_step(const FeatureStep& step, BinaryWriter& out) {
  out.u8(static_cast<std::uint8_t>(step.kind));
  out.text(step.column);
  out.text(step.other);
  switch (step.kind) {
    case FeatureKind::kDates:
      out.u64(step.parts.size());
      for (const DatePart part : step.parts) out.u8(static_cast<std::uint8_t>(part));
      break;
    case FeatureKind::kDifference: out.boolean(step.days); break;
    case FeatureKind::kOneHot:
      out.i64(step.rare);
      out.texts(step.levels);
      out.boolean(step.other_level);
      break;
    case FeatureKind::kFrequency:
    case FeatureKind::kOrdinal:
    case FeatureKind::kTarget:
      out.boolean(step.smoothing.has_value());
      out.f64(step.smoothing.value_or(0));
      out.texts(step.levels);
      out.f64s(step.values);
      out.f64s(step.weights);
      break;
    case FeatureKind::kBins:
      out.text(step.impute);
      save_fill(step.fill, out);
      out.i64(step.bins);
      out.boolean(step.uniform);
      out.f64s(step.edges);
      break;
    case FeatureKind::kScale:
      out.text(step.impute);
      save_fill(step.fill, out);
      out.u8(static_cast<std::uint8_t>(step.rule));
      out.f64(step.center);
      out.f64(step.scale);
      break;
    case FeatureKind::kTerms:
    case FeatureKind::kHashedTerms:
      out.i64(step.most);
      save_terms(step.terms, out);
      out.u64(step.vocabulary.documents);
      out.texts(step.vocabulary.terms);
      out.f64s(step.vocabulary.idf);
      break;
    case FeatureKind::kProduct: break;
  }
  out.text(step.why);
}

void load_parts(FeatureStep& step, BinaryReader& in) {
  for (std::uint64_t left = in.count(1); left > 0; --left) {
    const std::uint8_t part = in.u8();
    if (part > static_cast<std::uint8_t>(DatePart::kHourCos)) in.fail("names an unknown part of a time");
    step.parts.push_back(static_cast<DatePart>(part));
  }
}

FeatureStep load_step(BinaryReader& in) {
  FeatureStep step;
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(FeatureKind::kProduct)) in.fail("names an unknown kind of feature");
  step.kind = static_cast<FeatureKind>(kind);
  step.column = in.text();
  step.other = in.text();
  switch (step.kind) {
    case FeatureKind::kDates: load_parts(step, in); break;
    case FeatureKind::kDifference: step.days = in.boolean(); break;
    case FeatureKind::kOneHot:
      step.rare = in.i64();
      step.levels = in.texts();
      step.other_level = in.boolean();
      break;
    case FeatureKind::kFrequency:
    case FeatureKind::kOrdinal:
    case FeatureKind::kTarget: {
      const bool given = in.boolean();
      const double smoothing = in.finite_f64();
      if (given) step.smoothing = smoothing;
      step.levels = in.texts();
      step.values = load_numbers(in);
      step.weights = load_numbers(in);
      for (const double value : step.values) {
        if (std::isinf(value)) in.fail("has a value that is not finite");
      }
      break;
    }
    case FeatureKind::kBins:
      step.impute = in.text();
      step.fill = load_fill(in);
      step.bins = in.i64();
      step.uniform = in.boolean();
      step.edges = in.finite_f64s();
      break;
    case FeatureKind::kScale: {
      step.impute = in.text();
      step.fill = load_fill(in);
      const std::uint8_t rule = in.u8();
      if (rule > static_cast<std::uint8_t>(ScaleRule::kRobust)) in.fail("names an unknown way to scale");
      step.rule = static_cast<ScaleRule>(rule);
      step.center = in.finite_f64();
      step.scale = in.finite_f64();
      break;
    }
    case FeatureKind::kTerms:
    case FeatureKind::kHashedTerms:
      step.most = in.i64();
      step.terms = load_terms(in);
      step.vocabulary.options = step.terms;
      step.vocabulary.documents = in.u64();
      step.vocabulary.terms = in.texts();
      step.vocabulary.idf = in.finite_f64s();
      break;
    case FeatureKind::kProduct: break;
  }
  step.why = in.text();
  return step;
}

}  // namespace

void FeatureEncoder::save(BinaryWriter& out) const {
  out.u64(recipe_.columns.size());
  for (const FeatureColumn& column : recipe_.columns) {
    out.text(column.spec.name);
    out.u8(static_cast<std::uint8_t>(column.spec.type));
    out.boolean(column.spec.integer);
    out.boolean(column.keep);
    out.boolean(column.in_model);
  }
  out.text(recipe_.target);
  out.texts(recipe_.classes);
  out.text(recipe_.group);
  out.i64(recipe_.folds);
  out.u64(recipe_.seed);
  out.u64(recipe_.rows);
  out.text(recipe_.fingerprint);
  out.u64(recipe_.steps.size());
  for (const FeatureStep& step : recipe_.steps) save_step(step, out);
}

FeatureEncoder FeatureEncoder::load(BinaryReader& in) {
  FeatureRecipe recipe;
  for (std::uint64_t left = in.count(kLeastColumnBytes); left > 0; --left) {
    FeatureColumn column;
    column.spec.name = in.text();
    const std::uint8_t type = in.u8();
    if (type > static_cast<std::uint8_t>(ColumnType::kDatetime)) in.fail("names an unknown column type");
    column.spec.type = static_cast<ColumnType>(type);
    column.spec.integer = in.boolean();
    column.keep = in.boolean();
    column.in_model = in.boolean();
    recipe.columns.push_back(std::move(column));
  }
  recipe.target = in.text();
  recipe.classes = in.texts();
  recipe.group = in.text();
  recipe.folds = in.i64();
  recipe.seed = in.u64();
  recipe.rows = in.u64();
  recipe.fingerprint = in.text();
  for (std::uint64_t left = in.count(kLeastStepBytes); left > 0; --left) recipe.steps.push_back(load_step(in));
  in.expect_end();
  try {
    return FeatureEncoder(std::move(recipe));
  } catch (const Error& error) {
    in.fail("does not fit together: " + error.message());
  }
}

}  // namespace mlkit
