"""Wan text-to-video in diffusers with random weights: the peer of `cargo xtask bench --peers`.

In: a benchmark's JSON, which alone states the shape, and a number of threads as arguments; on
standard input a line a trial. Out: lines of JSON on standard output, in the form that the pipeline
`command` reads, with the processor seconds `cpu_s` beside each time.
"""

import json
import os
import platform
import sys
import time
import zlib

config_path, threads = sys.argv[1], int(sys.argv[2])
# Read when torch is loaded.
os.environ.update(OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads), HF_HUB_OFFLINE="1")

import diffusers  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

torch.set_num_threads(threads)
torch.manual_seed(0)


def say(**line):
    print(json.dumps(line), flush=True)


class Stage:
    """Times a block and says so."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, error, *_):
        if error is None:
            self.seconds = time.perf_counter() - self.began[0]
            self.cpu_s = time.process_time() - self.began[1]
            say(stage=self.name, seconds=self.seconds, cpu_s=self.cpu_s)


def load(architecture, init):
    scheduler = dict(architecture["scheduler"])
    if init.get("flow_shift") is not None:
        scheduler["flow_shift"] = init["flow_shift"]
    pipe = diffusers.WanPipeline(
        tokenizer=None,
        text_encoder=transformers.UMT5EncoderModel(
            transformers.UMT5Config(**architecture["text_encoder"])
        ).eval(),
        transformer=diffusers.WanTransformer3DModel(**architecture["transformer"]).eval(),
        vae=diffusers.AutoencoderKLWan(**architecture["vae"]).eval(),
        scheduler=diffusers.UniPCMultistepScheduler.from_config(scheduler),
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def token_ids(prompt, vocab_size):
    """A made-up id a word and the end of the sequence, as many as bench-runner makes."""
    return [zlib.crc32(word.encode()) % vocab_size for word in prompt.split()] + [1]


def encode(pipe, prompt, length, pad_first):
    """Embeddings as the pipeline wants them: the used rows, then zeros.

    diffusers runs the encoder over all `length` tokens, most of them masked padding; the used rows
    alone come out the same.
    """
    ids = token_ids(prompt, pipe.text_encoder.config.vocab_size)
    used = len(ids)
    padded = ids + [0] * (length - used if pad_first else 0)
    mask = torch.arange(len(padded)) < used
    hidden = pipe.text_encoder(torch.tensor([padded]), mask[None].long()).last_hidden_state
    return torch.nn.functional.pad(hidden[:, :used], (0, 0, 0, length - used))


def decode(pipe, latents):
    """What WanPipeline does behind its last step."""
    config = pipe.vae.config
    statistic = lambda values: torch.tensor(values).view(1, config.z_dim, 1, 1, 1)
    latents = latents * statistic(config.latents_std) + statistic(config.latents_mean)
    video = pipe.vae.decode(latents, return_dict=False)[0]
    return pipe.video_processor.postprocess_video(video, output_type="np")


@torch.no_grad()
def trial(pipe, asked, prompt):
    length = asked.get("max_sequence_length") or 512
    shape = {key: asked[key] for key in ["height", "width", "num_frames", "num_inference_steps"]}
    negative = asked.get("negative_prompt") or ""
    with Stage("end_to_end"):
        with Stage("text_encoder"):
            text = encode(pipe, prompt, length, False)
            uncond = encode(pipe, negative, length, False)
        with Stage("denoise"):
            latents = pipe(
                prompt_embeds=text,
                negative_prompt_embeds=uncond,
                guidance_scale=asked["guidance_scale"],
                generator=torch.Generator().manual_seed(asked["seed"]),
                output_type="latent",
                **shape,
            ).frames
        with Stage("vae_decode"):
            frames = decode(pipe, latents)
    expected = (1, asked["num_frames"], asked["height"], asked["width"], 3)
    assert frames.shape == expected, f"frames are {frames.shape}, expected {expected}"
    with Stage("text_encoder_padded"):
        encode(pipe, prompt, length, True)
        encode(pipe, negative, length, True)
    say(frames=asked["num_frames"], done=True)


def main():
    with open(config_path) as file:
        benchmark = json.load(file)
    pipe = load(benchmark["model"]["architecture"], benchmark["init_kwargs"])
    versions = {module.__name__: module.__version__ for module in [diffusers, torch, transformers]}
    say(ready=True, versions={"Python": platform.python_version(), **versions})
    for _ in sys.stdin:
        trial(pipe, benchmark["generation_kwargs"], benchmark["test_prompts"][0])


main()
