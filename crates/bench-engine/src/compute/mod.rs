//! Tensors: devices, types, noise, memory, and the operations of models.

pub mod device;
pub mod memory;
pub mod noise;
pub mod ops;
pub mod precision;
pub mod switches;
