"""A Llama in transformers on PyTorch: the peer of `cargo xtask bench --llm`.

In: a benchmark's JSON, a file with the architecture and a number of threads as arguments; on
standard input a JSON line a trial, with its `batch_size`. Out: the checkpoint in the folder that
the benchmark names, made up where it is missing or of another architecture, with
`reference.safetensors` beside it; lines of JSON on standard output, in the form that the pipeline
`command` reads, with the processor seconds `cpu_s` beside each time.
"""

import json
import os
import pathlib
import platform
import sys
import time

config_path, architecture_path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
# Read when torch is loaded.
os.environ.update(OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads), HF_HUB_OFFLINE="1")

import safetensors.torch  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

transformers.utils.logging.disable_progress_bar()
torch.set_num_threads(threads)
torch.manual_seed(0)

# Of the prompt that both programs must answer alike.
REFERENCE_TOKENS = 40


def say(**line):
    print(json.dumps(line), flush=True)


class Stage:
    """Times a block and says so."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.began = time.perf_counter(), time.process_time()

    def __exit__(self, error, *_):
        if error is None:
            seconds = time.perf_counter() - self.began[0]
            say(stage=self.name, seconds=seconds, cpu_s=time.process_time() - self.began[1])


def make(folder, architecture):
    """Random weights, and a tokenizer whose words are `0`, `1` and so on, each its own id."""
    config = transformers.LlamaConfig(**architecture)
    model = transformers.LlamaForCausalLM(config).eval()
    model.save_pretrained(folder)
    vocabulary = {str(word): word for word in range(config.vocab_size)}
    tokenizer = {
        "version": "1.0",
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "0"},
        "added_tokens": [],
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


def load(folder):
    return transformers.LlamaForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="sdpa"
    ).eval()


def ids(benchmark, batch_size, count):
    """The test prompt, repeated or cut to so many tokens, as bench-runner does."""
    words = [int(word) for word in benchmark["test_prompts"][0].split()]
    row = [words[index % len(words)] for index in range(count)]
    return torch.tensor([row] * batch_size)


def prefill(model, prompt):
    """Logits after the last token alone, and the cache."""
    out = model(prompt, use_cache=True, logits_to_keep=1)
    return out.logits[:, -1].argmax(-1, keepdim=True), out.past_key_values


def decode(model, token, cache, count):
    """So many tokens more, greedily, without the bookkeeping of `generate`."""
    tokens = [token]
    for _ in range(count):
        out = model(tokens[-1], past_key_values=cache, use_cache=True, logits_to_keep=1)
        tokens.append(out.logits[:, -1].argmax(-1, keepdim=True))
    return torch.cat(tokens, 1)


@torch.inference_mode()
def write_reference(model, benchmark, path):
    """What `bench-runner verify` compares: all logits of a prompt, and the tokens that follow."""
    prompt = ids(benchmark, 1, REFERENCE_TOKENS)
    logits = model(prompt).logits[0]
    greedy = decode(model, *prefill(model, prompt), REFERENCE_TOKENS - 1)[0]
    assert len(set(greedy.tolist())) > 1, "the model repeats one token, which compares little"
    tensors = {"0.input_ids": prompt[0], "0.logits": logits, "0.greedy": greedy}
    safetensors.torch.save_file({name: t.contiguous() for name, t in tensors.items()}, path)


@torch.inference_mode()
def trial(model, benchmark, batch_size):
    asked = benchmark["generation_kwargs"]
    prompt = ids(benchmark, batch_size, asked["input_tokens"])
    with Stage("end_to_end"):
        with Stage("prefill"):
            token, cache = prefill(model, prompt)
        with Stage("decode"):
            tokens = decode(model, token, cache, asked["output_tokens"] - 1)
    assert tokens.shape == (batch_size, asked["output_tokens"]), tokens.shape
    say(done=True)


def main():
    benchmark = json.loads(pathlib.Path(config_path).read_text())
    folder = pathlib.Path(benchmark["model"]["model_path"])
    asked = pathlib.Path(architecture_path).read_text()
    # Written last, so that a folder that is not whole, or of another shape, is made again.
    made = folder / "architecture.json"
    if not made.is_file() or made.read_text() != asked:
        make(folder, json.loads(asked))
        made.write_text(asked)
    model = load(folder)
    write_reference(model, benchmark, folder.parent / "reference.safetensors")
    versions = {module.__name__: module.__version__ for module in [torch, transformers]}
    say(ready=True, versions={"Python": platform.python_version(), **versions})
    for line in sys.stdin:
        trial(model, benchmark, json.loads(line)["batch_size"])


main()
