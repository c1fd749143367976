target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/apply_resample.cc
  ${CMAKE_CURRENT_LIST_DIR}/nearest_rows.cc
  ${CMAKE_CURRENT_LIST_DIR}/plan_resample.cc
)
