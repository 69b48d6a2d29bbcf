"""Emergency plans 防汛应急预案: what is ordered of whom at which level, as a file a planner edits, in versions."""
