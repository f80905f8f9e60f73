"""Whether everything that the plans need is there: judged, with why it matters and the mend."""
