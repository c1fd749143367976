mlkit_test(model
  ${CMAKE_CURRENT_LIST_DIR}/cluster_models_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/linear_models_test.cc
)
