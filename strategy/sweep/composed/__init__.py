"""The composed way: paths of separable sleeves, put together where that is exact."""
