"""The yearly refit 每年改造升级: what is improved where, by when, for how much, before and after."""
