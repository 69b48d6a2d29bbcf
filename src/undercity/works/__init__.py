"""Works 人防工程: the internal side. A deployment may leave this room out."""
