mlkit_test(features
  ${CMAKE_CURRENT_LIST_DIR}/choose_columns_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/column_statistics_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/preprocess_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/term_vectors_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/text_index_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/tokens_test.cc
)
