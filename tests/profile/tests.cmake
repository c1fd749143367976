mlkit_test(profile
  ${CMAKE_CURRENT_LIST_DIR}/column_accumulator_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/findings_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/profile_csv_test.cc
)
