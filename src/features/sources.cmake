target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/choose_columns.cc
  ${CMAKE_CURRENT_LIST_DIR}/column_statistics.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_preprocess.cc
  ${CMAKE_CURRENT_LIST_DIR}/preprocess.cc
  ${CMAKE_CURRENT_LIST_DIR}/preprocess_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/term_vectors.cc
  ${CMAKE_CURRENT_LIST_DIR}/text_index.cc
  ${CMAKE_CURRENT_LIST_DIR}/tokens.cc
  ${CMAKE_CURRENT_LIST_DIR}/transform.cc
)
