# Retrains when the log of predictions says so: run `make -f retrain.mk watch` from cron, or after each batch.
#
#   monitor exits with 1 on an alarm. That leaves a mark beside the model, which stays until a new model has taken its
#   place: a candidate that does not pass its gate is made again at the next watch, from the rows there are by then.
#   The old model answers until then; outputs are written whole or not at all.
#
#   RECENT and TEST are yours: labelled rows since the alarm (its row is in what monitor prints), TEST none of RECENT.
MLKIT ?= mlkit
MODEL ?= churn.mlkit
TARGET ?= churned
LOG ?= log.csv
RECENT ?= recent.csv
TEST ?= test.csv
GATE ?= roc_auc>=0.80
# How the answers are found (in the log itself: --label COLUMN), and further options.
MONITOR ?= --labels answers.csv
TRAIN ?=

MARK = $(MODEL).stale

.PHONY: watch retrain
watch:
	@if [ ! -e $(LOG) ]; then echo 'there is no $(LOG) yet'; else \
	  $(MLKIT) monitor $(LOG) --model $(MODEL) $(MONITOR) --state $(LOG).state || \
	  { code=$$?; [ $$code -eq 1 ] && touch $(MARK) || exit $$code; }; fi
	@if [ -e $(MARK) ]; then $(MAKE) -f $(firstword $(MAKEFILE_LIST)) retrain; fi

# The log is set aside: it tells of the old model. The new one begins its own.
retrain: $(RECENT) $(TEST)
	$(MLKIT) train $(RECENT) --target $(TARGET) $(TRAIN) -o $(MODEL).new
	$(MLKIT) evaluate $(MODEL).new $(TEST) --gate '$(GATE)'
	mv $(MODEL).new $(MODEL)
	if [ -e $(LOG) ]; then mv $(LOG) $(LOG).old; fi
	rm -f $(LOG).state $(MARK)
