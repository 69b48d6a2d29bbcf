"""Out on the spot 现场: work on a phone that may have no signal, and the door that takes what was recorded there."""
