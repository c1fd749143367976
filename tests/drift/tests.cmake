mlkit_test(drift
  ${CMAKE_CURRENT_LIST_DIR}/binned_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/compare_tables_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/compare_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/drift_golden_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/ks_test_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/reference_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/special_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/stream_detectors_test.cc
)

# The tables of docs/drift.md; minutes long, so built and run on request only.
add_executable(certify_drift EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/certify_drift.cc)
target_link_libraries(certify_drift PRIVATE mlkit_core)
