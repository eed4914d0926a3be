//! The policies against hand-made cases.
