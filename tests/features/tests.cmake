mlkit_test(features
  ${CMAKE_CURRENT_LIST_DIR}/choose_columns_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/column_statistics_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/preprocess_test.cc
)
