use super::*;
use candle_core::Device;

const HOW: Causal = Causal { heads: 4, kv_heads: 2, head_dim: 6, window: None };

fn random(samples: usize, tokens: usize, heads: usize) -> Result<Tensor> {
    Tensor::randn(0f32, 1.5, (samples, tokens, heads * HOW.head_dim), &Device::Cpu)
}

/// The sequence at once, and token by token after the first `prompt`.
fn compare(tokens: usize, prompt: usize, window: Option<usize>) -> Result<()> {
    let how = Causal { window, ..HOW };
    let (q, k, v) = (random(1, tokens, 4)?, random(1, tokens, 2)?, random(1, tokens, 2)?);
    let mut kept = KeptKeys::new(&q, how);
    let whole = causal_attention([&q, &k, &v], &mut [&mut kept], &[0], how)?;
    let mut kept = KeptKeys::Device(None);
    let split = |x: &Tensor| x.to_dtype(DType::F64);
    let (wide_k, wide_v) = (split(&k)?, split(&v)?);
    kept.append(0, &wide_k, &wide_v, 0, how)?;
    let exact = generic(&q.get(0)?.to_dtype(DType::F64)?, &kept, 0, how)?;
    close(&whole.get(0)?, &exact)?;
    let mut kept = KeptKeys::new(&q, how);
    let mut past = 0;
    for (first, count) in std::iter::once((0, prompt)).chain((prompt..tokens).map(|at| (at, 1))) {
        let part = |x: &Tensor| x.narrow(1, first, count);
        let parts = [&part(&q)?, &part(&k)?, &part(&v)?];
        let step = causal_attention(parts, &mut [&mut kept], &[past], how)?;
        close(&step.get(0)?, &exact.narrow(0, first, count)?)?;
        past += count;
    }
    Ok(())
}

fn close(found: &Tensor, exact: &Tensor) -> Result<()> {
    let difference = (found.to_dtype(DType::F64)? - exact.to_dtype(DType::F64)?)?;
    let most = difference.abs()?.max_all()?.to_scalar::<f64>()?;
    assert!(most < 2e-5, "{most}");
    Ok(())
}

#[test]
fn a_sequence_at_once_and_token_by_token_agrees_with_tensor_operations() -> Result<()> {
    compare(9, 4, None)?;
    compare(200, 150, None)?;
    compare(700, 690, None)
}

#[test]
fn a_window_hides_what_is_further_back() -> Result<()> {
    compare(40, 20, Some(7))?;
    compare(700, 690, Some(520))?;
    compare(9, 4, Some(1))
}

#[test]
fn a_sequence_has_the_same_bits_among_others() -> Result<()> {
    let lens = [3, 130, 1, 600];
    let mut kept = Vec::new();
    for len in lens {
        let (q, k, v) = (random(1, len, 4)?, random(1, len, 2)?, random(1, len, 2)?);
        let mut own = KeptKeys::new(&q, HOW);
        causal_attention([&q, &k, &v], &mut [&mut own], &[0], HOW)?;
        kept.push(own);
    }
    let (q, k, v) = (random(4, 1, 4)?, random(4, 1, 2)?, random(4, 1, 2)?);
    let alone = |sample: usize| {
        let part = |x: &Tensor| x.narrow(0, sample, 1);
        let mut own = kept[sample].clone();
        causal_attention(
            [&part(&q)?, &part(&k)?, &part(&v)?],
            &mut [&mut own],
            &[lens[sample]],
            HOW,
        )
    };
    let alone = (0..4).map(alone).collect::<Result<Vec<_>>>()?;
    let mut all: Vec<&mut KeptKeys> = kept.iter_mut().collect();
    let together = causal_attention([&q, &k, &v], &mut all, &lens, HOW)?;
    for (sample, alone) in alone.iter().enumerate() {
        let bits = |x: &Tensor| x.flatten_all()?.to_vec1::<f32>();
        assert_eq!(bits(&together.narrow(0, sample, 1)?)?, bits(alone)?, "sample {sample}");
    }
    Ok(())
}

#[test]
fn what_a_failed_step_left_is_dropped() -> Result<()> {
    let (q, k, v) = (random(1, 1, 4)?, random(1, 1, 2)?, random(1, 1, 2)?);
    let mut kept = KeptKeys::new(&q, HOW);
    let once = causal_attention([&q, &k, &v], &mut [&mut kept], &[0], HOW)?;
    let again = causal_attention([&q, &k, &v], &mut [&mut kept], &[0], HOW)?;
    assert_eq!(once.to_vec3::<f32>()?, again.to_vec3::<f32>()?);
    Ok(())
}
