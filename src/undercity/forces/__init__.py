"""The people and gear of the flood season 抢险力量: teams, skills, shifts, days on post."""
