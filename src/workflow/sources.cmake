target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/compare_files.cc
  ${CMAKE_CURRENT_LIST_DIR}/cluster_rows.cc
  ${CMAKE_CURRENT_LIST_DIR}/compare_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/cross_validate.cc
  ${CMAKE_CURRENT_LIST_DIR}/domain_classifier.cc
  ${CMAKE_CURRENT_LIST_DIR}/drift_reference.cc
  ${CMAKE_CURRENT_LIST_DIR}/estimate_performance.cc
  ${CMAKE_CURRENT_LIST_DIR}/monitor_log.cc
  ${CMAKE_CURRENT_LIST_DIR}/read_target.cc
  ${CMAKE_CURRENT_LIST_DIR}/resample_training.cc
  ${CMAKE_CURRENT_LIST_DIR}/score_predictions.cc
  ${CMAKE_CURRENT_LIST_DIR}/shared_rows.cc
  ${CMAKE_CURRENT_LIST_DIR}/table_hash.cc
  ${CMAKE_CURRENT_LIST_DIR}/train_pipeline.cc
  ${CMAKE_CURRENT_LIST_DIR}/unsupervised.cc
)
