target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/column_accumulator.cc
  ${CMAKE_CURRENT_LIST_DIR}/findings.cc
  ${CMAKE_CURRENT_LIST_DIR}/profile_batch.cc
  ${CMAKE_CURRENT_LIST_DIR}/profile_csv.cc
  ${CMAKE_CURRENT_LIST_DIR}/target_link.cc
)
