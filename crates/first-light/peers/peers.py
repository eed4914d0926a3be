"""Times of PyTorch for the kernels and stages of Wan2.1 1.3B at 480x832, 45 frames.

In: a file name. Out: that file, one JSON object a line: {"name", "seconds", "rounds", "warmups", "note"},
or {"name", "skipped"} with the reason. Seconds are medians; on a GPU they lie between CUDA events. It needs
PyTorch alone. `--device cpu --tiny` runs all of it in seconds, to try the script: those times mean nothing.
"""

import argparse
import json
import statistics
import sys
import time
import warnings

sys.dont_write_bytecode = True

BUDGET_S = 110
WARMUPS = 2


class Unavailable(Exception):
    """Why this device cannot run a case."""


def seconds_of(torch, device, work):
    if device == "cpu":
        began = time.perf_counter()
        work()
        return time.perf_counter() - began
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    work()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000


def attention(torch, sizes, device, backend):
    from torch.nn.attention import SDPBackend, sdpa_kernel

    if device == "cpu" and backend == "CUDNN_ATTENTION":
        raise Unavailable("not available on this device: cuDNN needs CUDA")
    shape = (1, sizes.heads, sizes.tokens, sizes.head_dim)
    q, k, v = (torch.randn(shape, device=device, dtype=torch.bfloat16) for _ in range(3))

    def work():
        with sdpa_kernel(getattr(SDPBackend, backend)):
            return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    return work


def linear(torch, sizes, device):
    layer = torch.nn.Linear(sizes.dim, sizes.ffn, device=device, dtype=torch.bfloat16)
    x = torch.randn(sizes.tokens, sizes.dim, device=device, dtype=torch.bfloat16)
    return lambda: layer(x)


def conv3d(torch, sizes, device, tf32):
    width, layout = sizes.vae_width, torch.channels_last_3d
    layer = torch.nn.Conv3d(width, width, 3, padding=(0, 1, 1), device=device).to(memory_format=layout)
    x = torch.randn(1, width, 6, 8 * sizes.rows, 8 * sizes.columns, device=device).to(memory_format=layout)

    def work():
        with torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=tf32):
            return layer(x)

    return work


def cases(torch, sizes, device):
    """Of each: its name, a note, rounds, the shape that it computes, and what makes its work."""
    import vae
    import wan

    s = sizes
    height, width, frames = 8 * s.rows, 8 * s.columns, 4 * s.frames - 3
    heads, tokens = (1, s.heads, s.tokens, s.head_dim), (1, s.tokens, s.dim)
    pixels = (1, s.vae_width, 4, height, width)
    attended = f"{'x'.join(map(str, heads))}, bf16"
    convolved = f"{s.vae_width} to {s.vae_width} channels, 4x{height}x{width}, channels last"
    return [
        ("attention_flash", attended, 10, heads, lambda: attention(torch, s, device, "FLASH_ATTENTION")),
        ("attention_cudnn", attended, 10, heads, lambda: attention(torch, s, device, "CUDNN_ATTENTION")),
        ("linear", f"{s.tokens}x{s.dim} to {s.ffn}, bf16", 20, (s.tokens, s.ffn), lambda: linear(torch, s, device)),
        ("conv3d_tf32", f"{convolved}, TF32", 10, pixels, lambda: conv3d(torch, s, device, True)),
        ("conv3d_f32", f"{convolved}, f32", 5, pixels, lambda: conv3d(torch, s, device, False)),
        ("wan_block", "one block, bf16", 10, tokens, lambda: wan.block(s, device)),
        ("denoise_step", f"{s.layers} blocks, both prompts, bf16", 3, s.latents, lambda: wan.step(s, device)),
        (
            "vae_decode",
            f"{s.frames} latent frames one by one, to bytes on the host, TF32",
            3,
            (1, frames, height, width, 3),
            lambda: vae.decode(s, device),
        ),
    ]


def measured(torch, device, case):
    name, note, rounds, shape, make = case
    if device == "cuda":
        torch.cuda.empty_cache()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            with torch.no_grad():
                work = make()
                for _ in range(WARMUPS):
                    found = tuple(work().shape)
                if found != shape:
                    raise Unavailable(f"it computes {found}, expected {shape}")
                seconds = statistics.median(seconds_of(torch, device, work) for _ in range(rounds))
        except Exception as error:  # one that fails does not keep the others from being measured
            return {"name": name, "skipped": reason(error, told)}
    return {"name": name, "seconds": seconds, "rounds": rounds, "warmups": WARMUPS, "note": note}


def reason(error, told):
    """The first line of an error, then warnings: SDPA says by them why a kernel is not available."""
    lines = [*str(error).strip().splitlines()[:1], *(str(one.message).strip().split(" (Trig")[0] for one in told)]
    return "; ".join(lines)[:400] or repr(error)


def asked():
    parser = argparse.ArgumentParser(description="Times of PyTorch, one JSON object a line.")
    parser.add_argument("file", help="written anew")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true", help="small shapes, to try the script")
    args = parser.parse_args()
    if args.device == "cpu" and not args.tiny:
        parser.error("full shapes take hours on a CPU; add --tiny")
    return args


def main():
    started, args = time.monotonic(), asked()
    try:
        import torch
    except ImportError as error:
        sys.exit(f"PyTorch cannot be imported: {error}")
    if args.device == "cuda" and not torch.cuda.is_available():
        sys.exit("PyTorch sees no CUDA device; --device cpu --tiny tries the script")
    from wan import FULL, TINY

    torch.set_float32_matmul_precision("highest")
    name = torch.cuda.get_device_name() if args.device == "cuda" else "CPU"
    print(f"torch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, {name}")
    lines = []
    with open(args.file, "w", encoding="utf-8") as out:
        for case in cases(torch, TINY if args.tiny else FULL, args.device):
            if time.monotonic() - started > BUDGET_S:
                line = {"name": case[0], "skipped": f"{BUDGET_S} s are over"}
            else:
                line = measured(torch, args.device, case)
            lines.append(line)
            for place in (out, sys.stdout):
                print(json.dumps(line), file=place, flush=True)
    if not any("seconds" in line for line in lines):
        sys.exit(f"nothing was measured: {lines[0]['skipped']}")


if __name__ == "__main__":
    main()
