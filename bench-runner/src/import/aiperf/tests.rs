//! Tests of this format.
