"""Everything that writes readings, devices and what was refused, a file for each thing done."""
