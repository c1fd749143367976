target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/cluster_profiles.cc
  ${CMAKE_CURRENT_LIST_DIR}/clustering.cc
  ${CMAKE_CURRENT_LIST_DIR}/confusion.cc
  ${CMAKE_CURRENT_LIST_DIR}/intervals.cc
  ${CMAKE_CURRENT_LIST_DIR}/metric_rows.cc
  ${CMAKE_CURRENT_LIST_DIR}/metric_table.cc
  ${CMAKE_CURRENT_LIST_DIR}/metrics.cc
  ${CMAKE_CURRENT_LIST_DIR}/paired.cc
  ${CMAKE_CURRENT_LIST_DIR}/paired_metrics.cc
  ${CMAKE_CURRENT_LIST_DIR}/probability.cc
  ${CMAKE_CURRENT_LIST_DIR}/ranking.cc
  ${CMAKE_CURRENT_LIST_DIR}/regression.cc
  ${CMAKE_CURRENT_LIST_DIR}/student.cc
  ${CMAKE_CURRENT_LIST_DIR}/thresholds.cc
)
