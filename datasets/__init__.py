"""Where structures come from: ASE `Atoms` to padded arrays, files, and data sets with a `load_data()` each."""
