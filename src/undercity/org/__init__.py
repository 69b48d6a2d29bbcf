"""Bodies, posts, people, powers, and the working calendar 组织."""
