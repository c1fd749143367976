target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/binned.cc
  ${CMAKE_CURRENT_LIST_DIR}/compare.cc
  ${CMAKE_CURRENT_LIST_DIR}/compare_tables.cc
  ${CMAKE_CURRENT_LIST_DIR}/ks_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/reference.cc
  ${CMAKE_CURRENT_LIST_DIR}/special.cc
  ${CMAKE_CURRENT_LIST_DIR}/stream_detectors.cc
)
