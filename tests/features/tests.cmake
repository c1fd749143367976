mlkit_test(features
  ${CMAKE_CURRENT_LIST_DIR}/choose_columns_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/column_statistics_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/feature_encoder_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/feature_recipe_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_features_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/preprocess_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/target_encoding_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/term_vectors_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/text_encoder_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/text_index_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/tokens_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/write_features_test.cc
  ${PROJECT_SOURCE_DIR}/tests/support/run_program.cc
)
target_compile_definitions(test_features PRIVATE MLKIT_EMULATOR="${CMAKE_CROSSCOMPILING_EMULATOR}")
