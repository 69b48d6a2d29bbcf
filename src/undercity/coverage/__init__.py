"""Coverage 纳凉覆盖: who lives within a walk of a cool place, and which places to open next."""
