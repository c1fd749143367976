target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/explain.cc
  ${CMAKE_CURRENT_LIST_DIR}/explain_rows.cc
  ${CMAKE_CURRENT_LIST_DIR}/pipeline.cc
  ${CMAKE_CURRENT_LIST_DIR}/scorer.cc
  ${CMAKE_CURRENT_LIST_DIR}/self_test.cc
)
