"""Wan text-to-video in FastAPI on diffusers: the peer of `cargo xtask bench --serve`.

In: a benchmark's JSON, whose checkpoint is loaded, and a number of threads as arguments. Out: on
standard output where it listens and that it is ready; then POST /v1/videos/sync, answered with an
animated PNG. One request at a time: the pipeline keeps the state of one.
"""

import io
import json
import os
import socket
import sys
import threading

config_path, threads = sys.argv[1], int(sys.argv[2])
# Read when torch is loaded.
os.environ.update(OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads), HF_HUB_OFFLINE="1")

import diffusers  # noqa: E402
import fastapi  # noqa: E402
import torch  # noqa: E402
import uvicorn  # noqa: E402

torch.set_num_threads(threads)
with open(config_path) as file:
    benchmark = json.load(file)
asked = benchmark["generation_kwargs"]
pipe = diffusers.WanPipeline.from_pretrained(
    benchmark["model"]["model_path"], dtype=torch.float32
)
shift = benchmark["init_kwargs"]["flow_shift"]
pipe.scheduler = diffusers.UniPCMultistepScheduler.from_config(
    pipe.scheduler.config, flow_shift=shift
)
pipe.set_progress_bar_config(disable=True)
one_at_a_time = threading.Lock()
app = fastapi.FastAPI()


@app.post("/v1/videos/sync")
def video(fields: dict):
    width, height = asked["width"], asked["height"]
    if "size" in fields:
        width, height = map(int, fields["size"].split("x"))
    with one_at_a_time, torch.inference_mode():
        frames = pipe(
            prompt=fields["prompt"],
            negative_prompt=asked["negative_prompt"],
            width=width,
            height=height,
            num_frames=fields.get("num_frames", asked["num_frames"]),
            num_inference_steps=asked["num_inference_steps"],
            guidance_scale=asked["guidance_scale"],
            max_sequence_length=asked["max_sequence_length"],
            generator=torch.Generator().manual_seed(fields.get("seed", asked["seed"])),
            output_type="pil",
        ).frames[0]
    file = io.BytesIO()
    duration = round(1000 / asked["fps"])
    frames[0].save(
        file, "PNG", save_all=True, append_images=frames[1:], duration=duration, loop=0
    )
    return fastapi.Response(file.getvalue(), media_type="image/png")


listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
print("ready", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
