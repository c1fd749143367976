mlkit_test(data
  ${CMAKE_CURRENT_LIST_DIR}/numbers_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/datetime_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/summary_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/split_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/folds_file_test.cc
)
