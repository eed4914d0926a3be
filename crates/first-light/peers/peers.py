"""Times of PyTorch for the kernels and stages of Wan2.1 1.3B at 480x832, 45 frames.

In: a file name. Out: that file, one JSON object a line: {"name", "seconds", "rounds", "note"}, or
{"name", "skipped"}. It needs PyTorch with CUDA and nothing else. Seconds are medians between CUDA events.
"""

import json
import statistics
import sys
import time

BUDGET_S = 110
FRAMES, HEIGHT, WIDTH = 12, 60, 104  # of latents
TOKENS, DIM, HEADS, FFN, TEXT = 18720, 1536, 12, 8960, 512
LAYERS = 30


def median_s(torch, work, rounds):
    for _ in range(2):
        work()
    times = []
    for _ in range(rounds):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1000)
    return statistics.median(times)


def attention(torch, backend):
    from torch.nn.attention import SDPBackend, sdpa_kernel

    q, k, v = (torch.randn(1, HEADS, TOKENS, 128, device="cuda", dtype=torch.bfloat16) for _ in range(3))

    def work():
        with sdpa_kernel(getattr(SDPBackend, backend)):
            torch.nn.functional.scaled_dot_product_attention(q, k, v)

    return work


def linear(torch):
    layer = torch.nn.Linear(DIM, FFN, device="cuda", dtype=torch.bfloat16)
    x = torch.randn(TOKENS, DIM, device="cuda", dtype=torch.bfloat16)
    return lambda: layer(x)


def conv3d(torch, tf32):
    layer = torch.nn.Conv3d(96, 96, 3, padding=(0, 1, 1), device="cuda")
    layer = layer.to(memory_format=torch.channels_last_3d)
    x = torch.randn(1, 96, 6, 480, 832, device="cuda").to(memory_format=torch.channels_last_3d)

    def work():
        with torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=tf32):
            layer(x)

    return work


def block_class(torch):
    nn, F = torch.nn, torch.nn.functional

    class Block(nn.Module):
        """A transformer block: modulated self-attention with rotary positions, cross-attention, GELU."""

        def __init__(self):
            super().__init__()
            self.own = nn.ModuleList(nn.Linear(DIM, DIM) for _ in range(4))
            self.cross = nn.ModuleList(nn.Linear(DIM, DIM) for _ in range(4))
            self.own_norms = nn.ModuleList(nn.RMSNorm(DIM, eps=1e-6) for _ in range(2))
            self.cross_norms = nn.ModuleList(nn.RMSNorm(DIM, eps=1e-6) for _ in range(2))
            self.norm = nn.LayerNorm(DIM, eps=1e-6)
            self.up, self.down = nn.Linear(DIM, FFN), nn.Linear(FFN, DIM)

        def heads(self, x):
            return x.unflatten(-1, (HEADS, 128)).transpose(1, 2)

        def rotated(self, x, cos, sin):
            even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
            pairs = torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1)
            return pairs.flatten(-2).to(x.dtype)

        def attend(self, parts, norms, x, other, rope=None):
            q = self.heads(norms[0](parts[0](x)))
            k = self.heads(norms[1](parts[1](other)))
            v = self.heads(parts[2](other))
            if rope is not None:
                q, k = self.rotated(q, *rope), self.rotated(k, *rope)
            out = F.scaled_dot_product_attention(q, k, v)
            return parts[3](out.transpose(1, 2).flatten(-2))

        def modulated(self, x, shift, scale):
            return (F.layer_norm(x.float(), (DIM,), eps=1e-6) * (1 + scale) + shift).to(x.dtype)

        def forward(self, x, text, six, rope):
            y = self.modulated(x, six[0], six[1])
            x = (x.float() + self.attend(self.own, self.own_norms, y, y, rope) * six[2]).to(x.dtype)
            x = x + self.attend(self.cross, self.cross_norms, self.norm(x), text)
            y = self.modulated(x, six[3], six[4])
            return (x.float() + self.down(F.gelu(self.up(y), approximate="tanh")) * six[5]).to(x.dtype)

    return Block


def inputs(torch):
    angles = torch.randn(TOKENS, 64, device="cuda")
    x = torch.randn(1, TOKENS, DIM, device="cuda", dtype=torch.bfloat16)
    text = torch.randn(1, TEXT, DIM, device="cuda", dtype=torch.bfloat16)
    return x, text, torch.randn(6, DIM, device="cuda") * 0.1, (angles.cos(), angles.sin())


def blocks(torch, count, forwards):
    kind = block_class(torch)
    layers = [kind().to("cuda", torch.bfloat16) for _ in range(count)]
    x, text, six, rope = inputs(torch)

    def work():
        for _ in range(forwards):
            y = x
            for layer in layers:
                y = layer(y, text, six, rope)

    return work


def decoder(torch):
    nn, F = torch.nn, torch.nn.functional

    class Causal(nn.Conv3d):
        def forward(self, x):
            ahead = self.kernel_size[0] - 1
            return super().forward(F.pad(x, (0, 0, 0, 0, ahead, 0)))

    def conv(a, b, size=3):
        return Causal(a, b, size, padding=(0, size // 2, size // 2))

    class Norm(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.gamma = nn.Parameter(torch.ones(channels, 1, 1, 1))
            self.scale = channels**0.5

        def forward(self, x):
            return F.silu(F.normalize(x, dim=1) * self.scale * self.gamma)

    class Residual(nn.Module):
        def __init__(self, a, b):
            super().__init__()
            self.body = nn.Sequential(Norm(a), conv(a, b), Norm(b), conv(b, b))
            self.skip = nn.Identity() if a == b else conv(a, b, 1)

        def forward(self, x):
            return self.body(x) + self.skip(x)

    class Up(nn.Module):
        def __init__(self, a, in_time):
            super().__init__()
            self.time = Causal(a, 2 * a, (3, 1, 1)) if in_time else None
            self.space = nn.Conv2d(a, a // 2, 3, padding=1)

        def forward(self, x):
            if self.time is not None:
                first, rest = x[:, :, :1], x[:, :, 1:]
                pairs = self.time(rest).unflatten(1, (2, -1))
                rest = torch.stack((pairs[:, 0], pairs[:, 1]), 3).flatten(2, 3)
                x = torch.cat((first, rest), 2)
            flat = x.transpose(1, 2).flatten(0, 1)
            flat = self.space(F.interpolate(flat, scale_factor=2.0, mode="nearest-exact"))
            return flat.unflatten(0, (x.shape[0], -1)).transpose(1, 2)

    # widths of the levels, from the coarsest: 384, 384, 192, 96
    parts = [conv(16, 384), Residual(384, 384), Residual(384, 384)]
    for width_in, width, in_time in ((384, 384, True), (192, 384, True), (192, 192, False)):
        parts += [Residual(width_in, width), Residual(width, width), Residual(width, width), Up(width, in_time)]
    parts += [Residual(96, 96), Residual(96, 96), Residual(96, 96), Norm(96), conv(96, 3)]
    net = nn.Sequential(*parts).to("cuda").eval()
    z = torch.randn(1, 16, FRAMES, HEIGHT, WIDTH, device="cuda")

    def work():
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, allow_tf32=True):
            net(z)

    return work


def cases(torch):
    return [
        ("attention_flash", "1x12x18720x128, bf16", 10, lambda: attention(torch, "FLASH_ATTENTION")),
        ("attention_cudnn", "1x12x18720x128, bf16", 10, lambda: attention(torch, "CUDNN_ATTENTION")),
        ("linear", "18720x1536 to 8960, bf16", 20, lambda: linear(torch)),
        ("conv3d_tf32", "96 to 96 channels, 4x480x832, channels last", 10, lambda: conv3d(torch, True)),
        ("conv3d_f32", "96 to 96 channels, 4x480x832, channels last", 5, lambda: conv3d(torch, False)),
        ("wan_block", "one block, bf16", 10, lambda: blocks(torch, 1, 1)),
        ("denoise_step", "30 blocks, both prompts of guidance, bf16", 3, lambda: blocks(torch, LAYERS, 2)),
        ("vae_decode", "12 latent frames at once, TF32", 3, lambda: decoder(torch)),
    ]


def measured(torch, name, note, rounds, make):
    torch.cuda.empty_cache()
    try:
        with torch.no_grad():
            seconds = median_s(torch, make(), rounds)
    except Exception as error:  # one that fails does not keep the others from being measured
        return {"name": name, "skipped": str(error).splitlines()[0][:200] if str(error) else repr(error)}
    return {"name": name, "seconds": seconds, "rounds": rounds, "note": note}


def main():
    path = sys.argv[1]
    try:
        import torch
    except ImportError:
        sys.exit("PyTorch is not installed")
    if not torch.cuda.is_available():
        sys.exit("PyTorch sees no CUDA device")
    started = time.monotonic()
    print(f"torch {torch.__version__}, CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}")
    for name, note, rounds, make in cases(torch):
        if time.monotonic() - started > BUDGET_S:
            line = {"name": name, "skipped": f"{BUDGET_S} s are over"}
        else:
            line = measured(torch, name, note, rounds, make)
        with open(path, "a", encoding="utf-8") as out:
            print(json.dumps(line), file=out)
        print(json.dumps(line), flush=True)


main()
