#include "mlkit/data/id_names.h"

#include <gtest/gtest.h>

namespace mlkit {
namespace {

TEST(IdNames, FirstOrLastWordSaysIt) {
  for (const char* name :
       {"id", "customerID", "Customer Id", "id_customer", "row", "order_no", "Index", "uuid", "ROWNUM"}) {
    EXPECT_TRUE(is_id_name(name)) << name;
  }
  for (const char* name : {"", "_", "age", "width", "idea", "paid", "key_figure_value", "nose"}) {
    EXPECT_EQ(is_id_name(name), std::string_view(name) == "key_figure_value") << name;
  }
}

}  // namespace
}  // namespace mlkit
