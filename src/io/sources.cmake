target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/json.cc
)
