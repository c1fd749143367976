#include "command.h"

namespace mlkit::app {

// One row per command, in the order of --help.
const std::vector<CommandRow>& command_table() {
  static const std::vector<CommandRow> table = {
      {"profile", "Data", "what is in a table, and what in it would harm a model",
       "mlkit profile all.csv --target species --html profile.html", make_profile},
      {"clean", "Data", "names, duplicates, missing values, outliers: a table that can be used",
       "mlkit clean dirty.csv -o clean.csv", make_clean},
      {"features", "Data", "features from time stamps, texts and numbers: learned once, applied for ever",
       "mlkit features fit train.csv --target label --recipe f.json -o fit.csv", make_features},
      {"split", "Data", "training, validation and test rows, or folds",
       "mlkit split all.csv --target species --train train.csv --test test.csv", make_split},
      {"resample", "Data", "classes evened out, to see what train --resample does",
       "mlkit resample train.csv --target churn --method smote --mark made -o even.csv", make_resample},
      {"simulate", "Data", "made-up tables with known truth: to learn, to test, to practise on",
       "mlkit simulate classification -o made.csv --rows 10000 --truth truth.json", make_simulate},
      {"leak", "Data", "what would make a test look better than the model is",
       "mlkit leak --train train.csv --test test.csv --target species", make_leak},
      {"train", "Models", "fits the preprocessing and the model into one sealed file",
       "mlkit train train.csv --target species -o species.mlkit", make_train},
      {"cv", "Models", "how good models are on rows they did not learn from, all on the same folds",
       "mlkit cv train.csv --target species --models logistic,logistic:C=0.1", make_cv},
      {"tune", "Models", "searches the options of a model, and scores what it finds honestly",
       "mlkit tune train.csv --target species -o species.mlkit", make_tune},
      {"evaluate", "Models", "how good a model is on rows with known answers", "mlkit evaluate species.mlkit test.csv",
       make_evaluate},
      {"compare", "Models", "is one of two models better on these rows, or was it chance; which rows flip",
       "mlkit compare old.mlkit new.mlkit test.csv -o flips.csv", make_compare},
      {"threshold", "Models", "the decision threshold: by costs, by what must be reached, by a metric",
       "mlkit threshold churn.mlkit valid.csv --at 'recall>=0.9' --write", make_threshold},
      {"predict", "Models", "predictions for new rows, in their order",
       "mlkit predict species.mlkit new.csv -o predictions.csv", make_predict},
      {"cluster", "Models", "groups of rows that are alike, and what is different about each",
       "mlkit cluster customers.csv --k-range 2:10 -o clusters.csv", make_cluster},
      {"reduce", "Models", "principal components: rows in fewer columns",
       "mlkit reduce wide.csv --components 0.95 -o components.csv", make_reduce},
      {"inspect", "Models", "what is inside a model file", "mlkit inspect species.mlkit", make_inspect},
      {"verify", "Models", "checksum, and the self-test rows replayed", "mlkit verify species.mlkit", make_verify},
      {"drift", "Watching and deploying", "has the world moved since the reference, and which column",
       "mlkit drift train.csv today.csv", make_drift},
      {"monitor", "Watching and deploying", "follows a log of predictions and says when something has changed",
       "mlkit monitor log.csv --model species.mlkit --labels answers.csv", make_monitor},
      {"pipeline", "Other", "a declared pipeline: from raw rows to a judged model, again where something changed",
       "mlkit pipeline run species.json", make_pipeline},
      {"runs", "Other", "the ledger of runs: what was trained on what, and which was best",
       "mlkit runs best --metric roc_auc", make_runs},
      {"bench", "Other", "measures reading a table on this machine", "mlkit bench big.csv", make_bench},
      {"completion", "Other", "a script that completes commands and options in your shell",
       "mlkit completion bash > ~/.local/share/bash-completion/completions/mlkit", make_completion},
      {"man", "Other", "the manual pages, from the same tables as --help", "mlkit man train | man -l -", make_man},
      {"doctor", "Other", "what this build and this machine can do", "mlkit doctor", make_doctor},
  };
  return table;
}

}  // namespace mlkit::app
