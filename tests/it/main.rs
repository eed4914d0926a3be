//! The real binary, end to end, in temporary folders.
