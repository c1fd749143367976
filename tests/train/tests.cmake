mlkit_test(train
  ${CMAKE_CURRENT_LIST_DIR}/eigen_oracle_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_calibration_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_dbscan_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_dummy_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_hierarchy_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_kmeans_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_linear_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_logistic_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_naive_bayes_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_pca_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/linear_nist_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/logistic_golden_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/logistic_solvers_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/solvers_test.cc
)
# Eigen is an oracle: nothing but this program sees it.
find_path(MLKIT_EIGEN_INCLUDE_DIR Eigen/Core PATHS /usr/include/eigen3 NO_CMAKE_FIND_ROOT_PATH REQUIRED)
target_include_directories(test_train SYSTEM PRIVATE ${MLKIT_EIGEN_INCLUDE_DIR})
target_compile_definitions(test_train PRIVATE EIGEN_DONT_PARALLELIZE EIGEN_MPL2_ONLY)
