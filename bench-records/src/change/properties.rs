//! Claims about any series.
