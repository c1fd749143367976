mlkit_test(workflow
  ${CMAKE_CURRENT_LIST_DIR}/compare_files_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/cluster_rows_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/cross_validate_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/domain_classifier_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/drift_reference_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/golden_logistic_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/monitor_log_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/leak_audit_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/old_models_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/resample_training_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/train_pipeline_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/train_recipe_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/tune_test.cc
  ${PROJECT_SOURCE_DIR}/tests/support/run_program.cc
)
target_compile_definitions(test_workflow PRIVATE MLKIT_EMULATOR="${CMAKE_CROSSCOMPILING_EMULATOR}")
