"""The Common Alerting Protocol 1.2 of OASIS: messages typed, read from untrusted bytes, written, signatures checked."""
