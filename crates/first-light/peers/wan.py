"""Wan2.1's transformer and VAE decoder, layer by layer as in our own pipeline.

In: sizes and a device. Out: functions that compute once. Weights are PyTorch's initial ones.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

PATCH, FREQUENCIES, LATENT_CHANNELS = 2, 256, 16
GUIDANCE, SIGMA_STEP = 3.0, -0.5


@dataclass(frozen=True)
class Sizes:
    """Of latents, of the transformer, and of the decoder."""

    frames: int
    rows: int
    columns: int
    heads: int
    head_dim: int
    ffn: int
    text: int
    layers: int
    vae_width: int

    @property
    def dim(self):
        return self.heads * self.head_dim

    @property
    def tokens(self):
        return self.frames * (self.rows // PATCH) * (self.columns // PATCH)

    @property
    def latents(self):
        return (1, LATENT_CHANNELS, self.frames, self.rows, self.columns)


# 480 x 832, 45 frames; a test holds these beside the configuration of our own run
FULL = Sizes(
    frames=12, rows=60, columns=104, heads=12, head_dim=128, ffn=8960, text=512, layers=30, vae_width=96
)
TINY = Sizes(frames=3, rows=4, columns=6, heads=2, head_dim=16, ffn=48, text=8, layers=2, vae_width=8)


def modulated(x, shift, scale):
    return (F.layer_norm(x.float(), x.shape[-1:], eps=1e-6) * (1 + scale) + shift).to(x.dtype)


class Attention(nn.Module):
    """Queries of x, keys and values of x or of the text; RMS norms run over all heads."""

    def __init__(self, sizes):
        super().__init__()
        dim = sizes.dim
        self.q, self.k, self.v, self.out = (nn.Linear(dim, dim) for _ in range(4))
        self.q_norm, self.k_norm = (nn.RMSNorm(dim, eps=1e-6) for _ in range(2))
        self.head_dim = sizes.head_dim

    def heads(self, x):
        return x.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)

    def keys_and_values(self, x):
        return self.heads(self.k_norm(self.k(x))), self.heads(self.v(x))

    def forward(self, x, keys_and_values=None, rope=None):
        q = self.heads(self.q_norm(self.q(x)))
        k, v = keys_and_values or self.keys_and_values(x)
        if rope is not None:
            q, k = rotated(q, *rope), rotated(k, *rope)
        return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(-2))


def rotated(x, cos, sin):
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    pairs = torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1)
    return pairs.flatten(-2).to(x.dtype)


class Block(nn.Module):
    """Modulated self-attention with rotary positions, cross-attention, feed-forward."""

    def __init__(self, sizes):
        super().__init__()
        self.own, self.cross = Attention(sizes), Attention(sizes)
        self.norm = nn.LayerNorm(sizes.dim, eps=1e-6)
        self.up, self.down = nn.Linear(sizes.dim, sizes.ffn), nn.Linear(sizes.ffn, sizes.dim)
        self.table = nn.Parameter(torch.randn(6, sizes.dim) * sizes.dim**-0.5)

    def forward(self, x, text, time, rope):
        six = self.table.float() + time
        attended = self.own(modulated(x, six[0], six[1]), rope=rope)
        x = (x.float() + attended * six[2]).to(x.dtype)
        x = x + self.cross(self.norm(x), text)
        hidden = F.gelu(self.up(modulated(x, six[3], six[4])), approximate="tanh")
        return (x.float() + self.down(hidden) * six[5]).to(x.dtype)


class Transformer(nn.Module):
    """Latents, a timestep, keys and values of the text: a velocity."""

    def __init__(self, sizes):
        super().__init__()
        dim, patch = sizes.dim, LATENT_CHANNELS * PATCH * PATCH
        self.patches, self.head = nn.Linear(patch, dim), nn.Linear(dim, patch)
        self.blocks = nn.ModuleList(Block(sizes) for _ in range(sizes.layers))
        self.time = nn.Sequential(nn.Linear(FREQUENCIES, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(dim, 6 * dim))
        self.sizes = sizes

    def text(self, x):
        return [block.cross.keys_and_values(x) for block in self.blocks]

    def forward(self, latents, timestep, text, rope):
        half = torch.arange(FREQUENCIES // 2, device=latents.device) * (2 / FREQUENCIES)
        angles = timestep * 10_000.0**-half
        time = self.time(torch.cat((angles.cos(), angles.sin())))
        six = self.modulation(time).view(6, -1)
        b, c, f, h, w = latents.shape
        x = latents.to(self.patches.weight.dtype).view(b, c, f, h // PATCH, PATCH, w // PATCH, PATCH)
        x = self.patches(x.permute(0, 2, 3, 5, 1, 4, 6).reshape(b, self.sizes.tokens, -1))
        for block, keys_and_values in zip(self.blocks, text):
            x = block(x, keys_and_values, six, rope)
        x = self.head(modulated(x, time, time)).float()
        x = x.view(b, f, h // PATCH, w // PATCH, PATCH, PATCH, c)
        return x.permute(0, 6, 1, 2, 4, 3, 5).reshape(latents.shape)


def rope(sizes, device):
    angles = torch.randn(sizes.tokens, sizes.head_dim // 2, device=device)
    return angles.cos(), angles.sin()


def block(sizes, device):
    """One block in bf16, on all tokens of one prompt."""
    with torch.device(device):
        layer = Block(sizes).bfloat16()
        x = torch.randn(1, sizes.tokens, sizes.dim, dtype=torch.bfloat16)
        text = layer.cross.keys_and_values(torch.randn(1, sizes.text, sizes.dim, dtype=torch.bfloat16))
        six = torch.randn(6, sizes.dim) * 0.1
    positions = rope(sizes, device)
    return lambda: layer(x, text, six, positions)


def step(sizes, device):
    """A denoise step in bf16: both prompts of guidance one after the other, and the latents moved on."""
    with torch.device(device):
        model = Transformer(sizes).bfloat16()
        model.time.float(), model.modulation.float()
        latents = torch.randn(sizes.latents)
        texts = [model.text(torch.randn(1, sizes.text, sizes.dim, dtype=torch.bfloat16)) for _ in range(2)]
    positions = rope(sizes, device)

    def work():
        asked, other = (model(latents, 500.0, text, positions) for text in texts)
        return latents + SIGMA_STEP * (other + GUIDANCE * (asked - other))

    return work
