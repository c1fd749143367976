# Retrains when the log of predictions says so: run `make -f retrain.mk watch` from cron, or after each batch.
#
#   monitor exits with 1 on an alarm, and make then builds the model anew from the rows collected since. The old model
#   stays in place until the new one has passed its gate: outputs are written whole or not at all.
MLKIT ?= mlkit
MODEL ?= churn.mlkit
TARGET ?= churned
LOG ?= log.csv
ANSWERS ?= answers.csv
RECENT ?= recent.csv
TEST ?= test.csv
GATE ?= roc_auc>=0.80

.PHONY: watch retrain
watch:
	@$(MLKIT) monitor $(LOG) --model $(MODEL) --labels $(ANSWERS) --state $(LOG).state; code=$$?; \
	if [ $$code -eq 1 ]; then $(MAKE) -f $(firstword $(MAKEFILE_LIST)) retrain; else exit $$code; fi

# A candidate that does not pass leaves the old model where it is, and make reports the failure.
retrain: $(RECENT) $(TEST)
	$(MLKIT) train $(RECENT) --target $(TARGET) -o $(MODEL).new
	$(MLKIT) evaluate $(MODEL).new $(TEST) --gate '$(GATE)'
	mv $(MODEL).new $(MODEL)
	rm -f $(LOG).state
