//! The direct convolution: weights are packed once, and output is shared out to all threads.

use candle_core::{Result, Tensor};
use rayon::prelude::*;

use super::frames::{Clip, Geometry, pad};
use super::{Kernel, Upsample};
use crate::compute::ops::conv_kernel::{MAX_TILE, PANEL, PanelRun};
use crate::compute::ops::cpu::Values;

/// Values of padded input that a task reads: half of a common second-level cache.
const TASK_INPUT: usize = 1 << 17;
/// Pixels below which a task would mostly be ends of tiles.
const MIN_TASK_PIXELS: usize = 8 * MAX_TILE;

/// Weights as (out / PANEL, in·taps, PANEL), filled up with zeros.
#[derive(Debug, Clone)]
pub(super) struct PackedWeights {
    values: std::sync::Arc<[f32]>,
    input: usize,
    output: usize,
}

impl PackedWeights {
    pub(super) fn pack(weight: &Tensor) -> Result<Self> {
        let (output, input, ..) = weight.dims5()?;
        let terms = weight.elem_count() / output;
        let weight = weight.contiguous()?;
        let weight = Values::of(&weight)?;
        let mut values = vec![0f32; output.div_ceil(PANEL) * PANEL * terms];
        for (channel, row) in weight.chunks_exact(terms).enumerate() {
            let panel = channel / PANEL * PANEL * terms + channel % PANEL;
            for (term, &value) in row.iter().enumerate() {
                values[panel + term * PANEL] = value;
            }
        }
        Ok(Self { values: values.into(), input, output })
    }
}

/// A convolution about to run.
pub(super) struct DirectConvolution<'a> {
    pub weights: &'a PackedWeights,
    pub bias: &'a Tensor,
    pub kernel: Kernel,
    pub upsample: Upsample,
}

/// Rows of one frame of a panel of output channels.
struct Task<'a> {
    panel: usize,
    frame: usize,
    first_row: usize,
    /// One slice of whole rows a channel.
    out: Vec<&'a mut [f32]>,
}

impl DirectConvolution<'_> {
    pub(super) fn run(&self, x: &Tensor, history: Option<&Tensor>) -> Result<Tensor> {
        let (batch, channels, frames, height, width) = x.dims5()?;
        if channels != self.weights.input {
            let input = self.weights.input;
            candle_core::bail!("convolution takes {input} channels, not {channels}")
        }
        let geometry = Geometry::new(channels, height, width, self.kernel, self.upsample);
        let x = x.contiguous()?;
        let history = history.map(Tensor::contiguous).transpose()?;
        let past = history.as_ref().map_or(Ok(0), |h| h.dim(2))?;
        let shape = (batch, self.weights.output, frames, geometry.height, geometry.width);
        let sample_len = self.weights.output * frames * geometry.height * geometry.width;
        let mut y = vec![0f32; batch * sample_len];
        {
            let values = Values::of(&x)?;
            let history = history.as_ref().map(Values::of).transpose()?;
            for (sample, y) in y.chunks_exact_mut(sample_len).enumerate() {
                let x = clip(&values, sample, batch, frames);
                let history = history.as_deref().map(|h| clip(h, sample, batch, past));
                let padded = pad(x, history, channels, self.kernel.time - 1, &geometry)?;
                self.convolve(&padded, &geometry, frames, y)?;
            }
        }
        Tensor::from_vec(y, shape, x.device())
    }

    fn convolve(
        &self,
        padded: &[f32],
        geometry: &Geometry,
        frames: usize,
        y: &mut [f32],
    ) -> Result<()> {
        let offsets = geometry.offsets(self.weights.input, self.kernel);
        let bias = Values::of(self.bias)?;
        self.tasks(geometry, frames, y).into_par_iter().for_each_init(Vec::new, |sums, task| {
            self.solve(padded, geometry, &offsets, &bias, task, sums);
        });
        Ok(())
    }

    /// Output in pieces: panels of the same rows follow each other and share cached input.
    fn tasks<'a>(&self, geometry: &Geometry, frames: usize, y: &'a mut [f32]) -> Vec<Task<'a>> {
        let rows = self.rows_per_task(geometry);
        let panels = self.weights.output.div_ceil(PANEL);
        let pieces = geometry.height.div_ceil(rows);
        let mut tasks: Vec<Task> = (0..frames * pieces * panels)
            .map(|index| Task {
                panel: index % panels,
                frame: index / panels / pieces,
                first_row: index / panels % pieces * rows,
                out: Vec::with_capacity(PANEL),
            })
            .collect();
        let planes = y.chunks_mut(geometry.height * geometry.width);
        for (index, plane) in planes.enumerate() {
            let (channel, frame) = (index / frames, index % frames);
            for (piece, out) in plane.chunks_mut(rows * geometry.width).enumerate() {
                let task = (frame * pieces + piece) * panels + channel / PANEL;
                tasks[task].out.push(out);
            }
        }
        tasks
    }

    fn rows_per_task(&self, geometry: &Geometry) -> usize {
        let row = self.weights.input * self.kernel.time * geometry.row;
        (TASK_INPUT / row).max(MIN_TASK_PIXELS / geometry.row).clamp(1, geometry.height)
    }

    fn solve(
        &self,
        padded: &[f32],
        geometry: &Geometry,
        offsets: &[usize],
        bias: &[f32],
        mut task: Task,
        sums: &mut Vec<f32>,
    ) {
        let rows = task.out[0].len() / geometry.width;
        let len = (rows - 1) * geometry.row + geometry.width;
        let stride = len.next_multiple_of(MAX_TILE);
        sums.resize(PANEL * stride, 0.0);
        let panel_len = PANEL * offsets.len();
        PanelRun {
            frames: padded,
            base: task.frame * geometry.frame + task.first_row * geometry.row,
            offsets,
            weights: &self.weights.values[task.panel * panel_len..][..panel_len],
            out: sums,
            stride,
            len,
        }
        .run();
        let bias = &bias[task.panel * PANEL..];
        let channels = task.out.iter_mut().zip(sums.chunks_exact(stride)).zip(bias);
        for ((out, sums), bias) in channels {
            let rows = out.chunks_exact_mut(geometry.width).zip(sums.chunks(geometry.row));
            for (out, sums) in rows {
                for (out, sum) in out.iter_mut().zip(sums) {
                    *out = sum + bias;
                }
            }
        }
    }
}

fn clip(values: &[f32], sample: usize, batch: usize, frames: usize) -> Clip<'_> {
    let len = values.len() / batch;
    Clip { data: &values[sample * len..(sample + 1) * len], frames }
}
