"""Appraisal 考评: schemes, indicators, scores and their explanations."""
