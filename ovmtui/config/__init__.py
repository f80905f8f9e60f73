"""The operator's settings: TOML in, checked values out, errors that name the mend."""
