//! Seeded Gaussian noise: a seed and an index come in, the same tensor comes out on every device.
//!
//! Counter-based: value `i` depends on (seed, index, i) alone, never on batch size or device.

use std::ops::Range;

use bench_records::split_mix::{INCREMENT, mix};
use candle_core::{Device, Result, Shape, Tensor};

/// Standard normal noise of one sample of a batch, as f32.
///
/// # Errors
/// When the tensor cannot be placed on `device`.
fn noise(
    seed: u64,
    index_in_batch: u64,
    shape: impl Into<Shape>,
    device: &Device,
) -> Result<Tensor> {
    let shape = shape.into();
    let values = normals(seed, index_in_batch, shape.elem_count());
    Tensor::from_vec(values, shape, device)
}

/// Noise of a batch, a stream a sample: (B, …), for samples of shape (1, …).
///
/// # Errors
/// As [`noise`].
pub fn batch(
    seed: u64,
    streams: Range<u64>,
    sample: impl Into<Shape>,
    device: &Device,
) -> Result<Tensor> {
    let sample = sample.into();
    let samples = streams.map(|stream| noise(seed, stream, sample.clone(), device));
    Tensor::cat(&samples.collect::<Result<Vec<_>>>()?, 0)
}

/// `count` standard normal values of one stream (Box and Muller, 1958).
pub fn normals(seed: u64, stream: u64, count: usize) -> Vec<f32> {
    let key = mix(seed ^ mix(stream.wrapping_add(INCREMENT)));
    let mut values = Vec::with_capacity(count + 1);
    for pair in 0..count.div_ceil(2) as u64 {
        let radius = (-2.0 * open_unit(key, 2 * pair).ln()).sqrt();
        let angle = std::f64::consts::TAU * open_unit(key, 2 * pair + 1);
        values.push((radius * angle.cos()) as f32);
        values.push((radius * angle.sin()) as f32);
    }
    values.truncate(count);
    values
}

/// A value in (0, 1], which depends on seed and place alone.
pub fn uniform(seed: u64, place: u64) -> f64 {
    open_unit(mix(seed ^ mix(INCREMENT)), place)
}

/// Value `counter` of a stream in (0, 1], of 53 bits.
fn open_unit(key: u64, counter: u64) -> f64 {
    let bits = mix(key.wrapping_add(counter.wrapping_add(1).wrapping_mul(INCREMENT))) >> 11;
    (bits + 1) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_a_standard_normal() {
        let values = normals(7, 0, 100_000);
        let n = values.len() as f64;
        let moment = |power: i32| values.iter().map(|&v| f64::from(v).powi(power)).sum::<f64>() / n;
        assert!(moment(1).abs() < 0.01);
        assert!((moment(2) - 1.0).abs() < 0.02);
        assert!(moment(3).abs() < 0.05);
        assert!((moment(4) - 3.0).abs() < 0.1);
    }

    /// What Steele, Lea and Flood's generator gives from the seed 1234567, as is published with its
    /// implementations.
    #[test]
    fn the_counter_is_split_mix_64() {
        let published: [u64; 5] = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        for (counter, bits) in (0..).zip(published) {
            let expected = ((bits >> 11) + 1) as f64 / (1u64 << 53) as f64;
            assert_eq!(open_unit(1_234_567, counter), expected);
        }
    }

    /// Of `normals` in tests/fixtures/tiny-images/generate.py, which is written in Python: a change
    /// here would change the work of every benchmark.
    #[test]
    fn seeds_have_the_values_that_they_always_had() {
        for (seed, stream, expected) in [
            (0, 0, [-0.176_601_89, 1.462_162_9, -1.602_133, 0.200_662_67, -0.929_333_75]),
            (1024, 0, [-1.382_526_5, 0.328_043_07, -1.004_669_8, 0.827_801_2, 1.134_043]),
            (1024, 1, [-2.566_789_2, 0.122_063_816, -1.171_573_9, -0.264_930_37, -1.237_675_1]),
            (
                u64::MAX,
                1 << 32,
                [0.240_328_1, -0.424_728_2, 2.549_009_6, -0.361_673_65, 0.212_104_5],
            ),
        ] {
            assert_eq!(normals(seed, stream, 5), expected, "seed {seed}, stream {stream}");
        }
    }

    #[test]
    fn a_sample_depends_on_neither_batch_nor_shape() {
        let values = |streams: Range<u64>, shape: (usize, usize, usize)| {
            let noise = batch(7, streams, shape, &Device::Cpu).expect("memory");
            noise.flatten_all().and_then(|all| all.to_vec1::<f32>()).expect("f32")
        };
        let together = values(0..4, (1, 3, 5));
        for stream in 0..4 {
            let alone = normals(7, stream, 15);
            let place = stream as usize * 15;
            assert_eq!(together[place..place + 15], alone);
            assert_eq!(values(stream..stream + 1, (1, 5, 3)), alone);
        }
    }

    #[test]
    fn streams_and_seeds_differ_and_prefixes_agree() {
        assert_ne!(normals(1, 0, 8), normals(1, 1, 8));
        assert_ne!(normals(1, 0, 8), normals(2, 0, 8));
        assert_eq!(normals(1, 0, 9)[..5], normals(1, 0, 5)[..]);
    }

    #[test]
    fn streams_are_uncorrelated() {
        let (a, b) = (normals(3, 0, 50_000), normals(3, 1, 50_000));
        let covariance: f64 = a.iter().zip(&b).map(|(x, y)| f64::from(x * y)).sum();
        assert!((covariance / 50_000.0).abs() < 0.02);
    }
}
