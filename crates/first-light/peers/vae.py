"""Wan2.1's VAE decoder, a latent frame at a time as in our own pipeline and in diffusers.

In: sizes and a device. Out: a function that decodes once, to bytes on the host.
"""

import torch
from torch import nn
from torch.nn import functional as F
from wan import LATENT_CHANNELS


class Causal(nn.Conv3d):
    """A convolution over time that looks back alone; `past` are the last frames that it has seen."""

    def __init__(self, channels, output, kernel=(3, 3, 3)):
        super().__init__(channels, output, kernel, padding=(0, kernel[1] // 2, kernel[2] // 2))
        self.past = None

    def forward(self, x):
        ahead = self.kernel_size[0] - 1
        if self.past is None:
            self.past = x.new_zeros(*x.shape[:2], ahead, *x.shape[3:])
        x = torch.cat((self.past, x), 2)
        self.past = x[:, :, -ahead:].clone()
        return super().forward(x)


class Norm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels, 1, 1, 1))
        self.scale = channels**0.5

    def forward(self, x):
        return F.normalize(x, dim=1) * self.scale * self.gamma


class Residual(nn.Module):
    def __init__(self, channels, output):
        super().__init__()
        self.body = nn.Sequential(
            Norm(channels), nn.SiLU(), Causal(channels, output), Norm(output), nn.SiLU(), Causal(output, output)
        )
        self.skip = nn.Identity() if channels == output else nn.Conv3d(channels, output, 1)

    def forward(self, x):
        return self.body(x) + self.skip(x)


class FrameAttention(nn.Module):
    """Of all positions of a frame to each other, with one head."""

    def __init__(self, channels):
        super().__init__()
        self.norm = Norm(channels)
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        frames = self.norm(x).transpose(1, 2).flatten(0, 1)
        q, k, v = self.qkv(frames).flatten(2).transpose(1, 2).unsqueeze(1).chunk(3, -1)
        seen = F.scaled_dot_product_attention(q, k, v).squeeze(1).transpose(1, 2)
        seen = self.out(seen.reshape(frames.shape))
        return x + seen.unflatten(0, (x.shape[0], -1)).transpose(1, 2)


class Up(nn.Module):
    """Doubles rows and columns, and frames after the first where `time` is a convolution."""

    def __init__(self, channels, time):
        super().__init__()
        self.time = time
        self.space = nn.Conv2d(channels, channels // 2, 3, padding=1)
        self.is_first = True

    def forward(self, x):
        if self.time is not None and not self.is_first:
            pairs = self.time(x).unflatten(1, (2, -1))
            x = torch.stack((pairs[:, 0], pairs[:, 1]), 3).flatten(2, 3)
        self.is_first = False
        flat = F.interpolate(x.transpose(1, 2).flatten(0, 1), scale_factor=2.0, mode="nearest-exact")
        return self.space(flat).unflatten(0, (x.shape[0], -1)).transpose(1, 2)


class Decoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        top = 4 * width

        def time(channels):
            return Causal(channels, 2 * channels, (3, 1, 1))

        self.post_quant = nn.Conv3d(LATENT_CHANNELS, LATENT_CHANNELS, 1)
        parts = [Causal(LATENT_CHANNELS, top), Residual(top, top), FrameAttention(top), Residual(top, top)]
        levels = ((top, top, Up(top, time(top))), (top // 2, top, Up(top, time(top))))
        levels += ((top // 2, 2 * width, Up(2 * width, None)), (width, width, nn.Identity()))
        for channels, output, up in levels:
            parts += [Residual(channels, output), Residual(output, output), Residual(output, output), up]
        self.parts = nn.Sequential(*parts, Norm(width), nn.SiLU(), Causal(width, 3))

    def begin(self):
        for module in self.modules():
            if isinstance(module, Causal):
                module.past = None
            elif isinstance(module, Up):
                module.is_first = True

    def forward(self, latents):
        """(1, 16, F, h, w) to bytes (1, 4F - 3, 8h, 8w, 3) on the host."""
        self.begin()
        frames = self.post_quant(latents).split(1, 2)
        return torch.cat([to_bytes(self.parts(frame)) for frame in frames], 1)


def to_bytes(pixels):
    values = (pixels.clamp(-1, 1) * 0.5 + 0.5) * 255 + 0.5
    return values.to(torch.uint8).permute(0, 2, 3, 4, 1).contiguous().cpu()


def decode(sizes, device):
    """In f32; convolutions round to TF32 where the device has it, products of matrices do not."""
    with torch.device(device):
        net = Decoder(sizes.vae_width)
        latents = torch.randn(sizes.latents)

    def work():
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, allow_tf32=True):
            return net(latents)

    return work
