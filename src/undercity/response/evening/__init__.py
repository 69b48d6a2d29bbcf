"""暴雨傍晚: a rainy evening told in three minutes by the real steps, on a clock of its own."""
