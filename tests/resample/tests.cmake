mlkit_test(resample
  ${CMAKE_CURRENT_LIST_DIR}/nearest_rows_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/resample_test.cc
)
