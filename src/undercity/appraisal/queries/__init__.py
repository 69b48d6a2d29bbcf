"""What the appraisal reads: the record's news, the facts, the scores and what is behind them."""
