//! Names of classes in the indexes of diffusers.

/// Begins the names of classes for JAX; diffusers loads those for PyTorch in their place.
pub const FLAX: &str = "Flax";
