//! Numeric operations that models share: tensors come in, tensors go out.
//!
//! Each has two paths: a vectorized and threaded one for f32 on the CPU, where Candle's own
//! operations are slow, and one of Candle's tensor operations for every other device and type.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a VarBuilder is a cheap handle, which Candle's own layers take by value"
)]

pub mod activation;
pub mod attention;
pub mod conv;
mod conv2d;
mod conv_kernel;
mod convolution;
mod cpu;
mod few_rows;
mod gemm;
pub mod limits;
pub mod linear;
pub mod norm;
pub mod rope;
pub mod rotary;

pub use activation::Activation;
pub use attention::{Attention, attention};
pub use conv::{CausalConv3d, Upsample};
pub use conv2d::Conv2d;
pub use linear::Linear;
pub use norm::{GroupNorm, LayerNorm};
pub use rope::RopeTable;
