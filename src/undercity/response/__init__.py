"""The response to a flood 防汛响应: plans, levels, orders, the live board, the situation report."""
