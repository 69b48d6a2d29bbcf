"""Places 场所 as the public may know them."""
