#!/usr/bin/env python3
"""A program that is measured, started once: it loads, then makes what each request asks for.

Replace `load` and `generate` with your engine. On a GPU, wait for the device (such as
torch.cuda.synchronize) at the end of each stage where the request says "synchronize", and always
before "done".
"""

import json
import sys
import time


def say(**message):
    # flush: a line counts from when it arrives
    print(json.dumps(message, allow_nan=False), flush=True)


def load():
    time.sleep(0.02)


def timed(name, work):
    began = time.perf_counter()
    result = work()
    say(stage=name, seconds=time.perf_counter() - began)
    return result


def generate(request):
    timed("text_encoder", lambda: time.sleep(0.005))

    def denoise():
        for _ in range(request["num_inference_steps"]):
            began = time.perf_counter()
            time.sleep(0.005)
            say(step=time.perf_counter() - began)

    timed("denoise", denoise)
    timed("vae_decode", lambda: time.sleep(0.005))
    say(frames=request["num_frames"])


def main():
    load()
    say(ready=True, engine="example 1.0", dtype="float32", attention_backend="none")
    for line in sys.stdin:
        generate(json.loads(line))
        say(done=True)


if __name__ == "__main__":
    main()
