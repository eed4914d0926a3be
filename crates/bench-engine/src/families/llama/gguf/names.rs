//! Names of tensors in GGUF files.

use crate::checkpoint::weights::{Renames, renamed};

const RENAMES: &Renames = &[
    ("model.embed_tokens.", "token_embd."),
    ("model.layers.", "blk."),
    ("model.norm.", "output_norm."),
    ("lm_head.", "output."),
    ("input_layernorm", "attn_norm"),
    ("post_attention_layernorm", "ffn_norm"),
    ("self_attn.q_proj", "attn_q"),
    ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"),
    ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"),
    ("mlp.gate_proj", "ffn_gate"),
    ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
];

/// The name in a GGUF file of a tensor that transformers calls `name`.
pub(super) fn of(name: &str) -> String {
    renamed(name, RENAMES)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn tensors_have_the_names_of_llama_cpp() {
        for (ours, theirs) in [
            ("model.embed_tokens.weight", "token_embd.weight"),
            ("model.norm.weight", "output_norm.weight"),
            ("lm_head.weight", "output.weight"),
            ("model.layers.11.self_attn.q_proj.bias", "blk.11.attn_q.bias"),
            ("model.layers.0.self_attn.q_norm.weight", "blk.0.attn_q_norm.weight"),
            ("model.layers.0.post_attention_layernorm.weight", "blk.0.ffn_norm.weight"),
            ("model.layers.0.mlp.down_proj.weight", "blk.0.ffn_down.weight"),
        ] {
            assert_eq!(of(ours), theirs);
        }
    }
}
