target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/feature_columns.cc
  ${CMAKE_CURRENT_LIST_DIR}/product_words.cc
  ${CMAKE_CURRENT_LIST_DIR}/row_draws.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_blobs.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_classification.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_drift.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_products.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_regression.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulation.cc
)
