"""Random comparisons: results, a history and variables, with what real ones have wrong.

In: a number and a comparator. Out: a case as plain JSON; the same number gives the same case.
"""

import random

MODELS = ["wan-t2v-1.3b", "wan t2v/1.3b", "flux.dev", "unknown"]
GPUS = ["NVIDIA L40S", "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB"]
IDENTITY = {
    "workload_id": ["wan-t2v", "flux-t2i"],
    "variant_id": ["1.3b-sp2", "default"],
    "benchmark_version": [3, 3, 3, "3", 2, 3.0],
    "recipe_fingerprint": ["r1", "r1", "r1", "r2", "r3"],
    "hardware_profile_id": ["hw-1", "hw-1", "hw-1", "hw-2"],
    "software_profile_id": ["sw-1", "sw-1", "sw-1", "sw-2"],
}
CORE = {
    "latency": ("avg_generation_time_s", 28.0),
    "throughput": ("throughput_fps", 1.607),
    "memory": ("max_peak_memory_mb", 10800.0),
    "text_encoder_time_s": ("text_encoder_time_s", 2.03),
    "dit_time_s": ("dit_time_s", 8.4),
    "vae_decode_time_s": ("vae_decode_time_s", 3.2),
}
LIMITS = ["max_generation_time_s", "max_peak_memory_mb", "max_text_encoder_time_s",
          "max_dit_time_s", "max_vae_decode_time_s"]
ODD_VALUES = [None, True, False, 0, 0.0, -0.0, -1.5, "", "  ", " 28.4 ", "1_000", "fast", "5", "+5", ".5",
              "1e1", [], [1.0], {}, {"a": 1}, 28, 1e-9, 1e18, 12345678901234567890, "_1", "1__0", "8%"]
ODD_TEXTS = [None, "", " ", 0, 7, 2.0, 1e16, 1.5e-7, True, False, [], ["a"], {"a": None}, "None", "x\ty",
             "ü", "it's"]
TRUTHS = [True, True, True, True, False, None, 0, 1, "", "false", [], {}]
WORDS = ["1", "true", " YES ", "On", "0", "False", "no", "off", "maybe", "", 0, 1, None, True, False]


class Maker:
    """Makes one case."""

    def __init__(self, number, comparator):
        self.random = random.Random(f"{comparator}-{number}")
        self.is_seed = comparator == "seed"
        # most cases are nearly regular; some are wild
        self.oddness = self.random.choice([0.0, 0.0, 0.02, 0.02, 0.1, 0.3])
        self.model = self.random.choice(MODELS)
        self.gpu = self.random.choice(GPUS)
        self.identity = {key: self.random.choice(values) for key, values in IDENTITY.items()}
        self.legacy = not self.is_seed and self.random.random() < 0.1
        self.speed = self.random.choice([1.0, 1.0, 1.0, 0.01, 3.7])

    def chance(self, share):
        return self.random.random() < share

    def odd(self, value, among=ODD_VALUES):
        return self.random.choice(among) if self.chance(self.oddness) else value

    def case(self):
        results = [self.result() for _ in range(self.random.choice([1, 1, 1, 1, 2, 3]))]
        if self.chance(0.02):
            results = []
        history = [self.record() for _ in range(self.random.choice([0, 1, 2, 3, 5, 6, 7, 9, 12]))]
        return {"env": self.variables(), "raw": results, "history": history}

    def metric(self, key, spread):
        base = CORE[key][1] * self.speed
        change = self.random.choice([
            self.random.gauss(0, spread), self.random.gauss(0, 0.003), self.random.gauss(0, 0.003),
            self.random.gauss(0, 0.003),
            self.random.choice([0.0, 0.05, 0.08, -0.05, -0.08, 0.0500001, 0.0499999])])
        return round(base * (1 + change), self.random.choice([1, 2, 3, 3, 6, 15]))

    def drop(self, fields):
        for key in list(fields):
            if self.chance(self.oddness / 2):
                del fields[key]
        return fields

    def some_identity(self, stray):
        values = dict(self.identity)
        for key, others in IDENTITY.items():
            if self.chance(stray):
                values[key] = self.random.choice(others)
            values[key] = self.odd(values[key], ODD_TEXTS) if self.chance(0.5) else values[key]
        return values

    def result(self):
        model = self.model if self.chance(0.9) else self.random.choice(MODELS)
        raw = {
            "benchmark_id": model, "model_short_name": model, "num_gpus": 2,
            "device": self.odd(self.gpu, [None, "", "unknown", *GPUS]),
            "timestamp": self.time(8), "commit": self.commit(),
            **{raw_key: self.odd(self.metric(key, 0.08)) for key, (raw_key, _) in CORE.items()},
        }
        if self.chance(0.6):
            raw["thresholds"] = self.odd(self.static_limits())
        if self.chance(0.5):
            raw["regression_thresholds"] = self.odd(self.rolling_limits())
        if not self.is_seed and not self.legacy:
            raw.update(self.some_identity(0.02))
            if self.chance(0.9):
                raw["result_schema_version"] = self.odd(2, [2, "2", 2.0, 1, None, True])
            if self.chance(0.1):
                nested = ["workload_id", "variant_id", "benchmark_version"]
                raw["recipe"] = {"benchmark": {key: raw.pop(key, None) for key in nested}}
            for key in ["environment_fingerprint", "quality_metadata", "variant_metadata", "hardware_profile"]:
                if self.chance(0.1):
                    raw[key] = self.random.choice(["env-1", {"score": 0.5}, None])
        for key, values in {
            "run_source": ["scheduled_main", "pr", "local", "unknown", " PR ", "elsewhere", "", None],
            "pr_number": ["361", 361, "false", "0", 0, "None", "", None],
            "branch": ["main", "topic", "", None], "test_scope": ["full", "direct", "", None],
            "build_url": ["https://example.org/1", ""], "build_id": ["b-1", ""], "job_id": ["j-1", None],
        }.items():
            if self.chance(0.2):
                raw[key] = self.random.choice(values)
        if self.chance(0.02):
            raw["device"] = None
        return self.drop(raw)

    def record(self):
        """A record of the history, with the folder and the name that it has there."""
        model = self.model if self.chance(0.93) else self.random.choice(MODELS)
        time, commit = self.time(7), self.commit()
        record = {
            "model_id": model, "timestamp": time, "commit_sha": commit,
            "gpu_type": self.gpu if self.chance(0.9) else self.random.choice([*GPUS, None, "unknown"]),
            **{key: self.odd(self.metric(key, 0.03)) for key in CORE},
            "success": True if self.chance(0.7) else self.random.choice(TRUTHS),
        }
        if not self.is_seed and self.chance(0.95):
            record.update(self.some_identity(0.08))
        if self.chance(0.1 if self.is_seed else 0.8):
            record["run_source"] = self.random.choice(
                ["scheduled_main", "scheduled_main", "scheduled_main", "pr", "local", "unknown", None, ""])
            record["baseline_eligible"] = self.random.choice([True, True, True, False, None, 1, "true"])
        record = self.drop(record)
        if self.chance(0.05):
            record.pop("baseline_eligible", None)
        record.setdefault("model_id", model)
        return record

    def time(self, month):
        day, second = self.random.randint(1, 9), self.random.randint(0, 3)
        regular = f"2026-{month:02}-{day:02}T10:00:{second:02}+00:00"
        others = [f"2026-{month:02}-{day:02}T10:00:{second:02}Z", f"2026-{month:02}-{day:02}",
                  f"2026-{month:02}-{day:02} 10:00:00", f"2026-{month:02}-{day:02}T12:00:00+02:00",
                  f"2026-{month:02}-{day:02}T10:00:00.25+00:00", f"2026{month:02}{day:02}T100000Z",
                  f"2026-{month:02}-{day:02}T10:00:00.123456+00:00", "yesterday", "2026-13-01T00:00:00",
                  f"2026-{month:02}-{day:02}T10", f"2026-{month:02}-{day:02}T10:00:00.1234567Z",
                  f"2026-{month:02}-{day:02}T24:00:00", f"0001-01-0{day}"]
        return self.odd(regular, others)

    def commit(self):
        return self.odd(f"{self.random.randint(0, 5):040x}", ["", "abc1234", "feature/x"])

    def static_limits(self):
        factors = [1.5, 1.5, 1.5, 1.5, 1.0, "34.0", None, True, "x"]
        values = [28.0, 10800.0, 2.03, 8.4, 3.2]
        limits = {}
        for key, value in zip(LIMITS, values):
            factor = self.random.choice(factors[:4] if self.chance(0.9) else factors)
            limits[key] = value * self.speed * factor if isinstance(factor, float) else factor
        return self.drop(limits)

    def rolling_limits(self):
        limits = {}
        for key in CORE:
            if self.chance(0.5):
                entry = {"threshold_percent": self.odd(self.random.choice([0.05, 0.01, 0, 0.2, 1.5, -0.1])),
                         "threshold_absolute": self.odd(self.random.choice([0.0, 0.25, 5, 1000.0, -3])),
                         "gated": self.odd(self.chance(0.8), WORDS)}
                limits[key] = self.odd({k: v for k, v in entry.items() if self.chance(0.7)})
        limits["somewhere_else"] = {"threshold_percent": 0.1}
        return limits

    def variables(self):
        env = {}
        for key, values in {
            "BUILDKITE_COMMIT": ["c" * 40, "", None], "BUILDKITE_BRANCH": ["main", "main", "topic", None],
            "TEST_SCOPE": ["full", "full", "direct", "", None],
            "BUILDKITE_PULL_REQUEST": ["false", "361", "", "0", None],
            "BUILDKITE_BUILD_URL": ["https://example.org/build", None], "BUILDKITE_BUILD_ID": ["b-9", None],
            "BUILDKITE_JOB_ID": ["j-9", None],
        }.items():
            env[key] = self.random.choice(values)
        if self.is_seed:
            env["PERF_MAX_REGRESSION"] = self.random.choice(
                [None, None, "0.05", "0.1", "0", "0.02", "1", "5", "-0.01", " 0.03 ", "1e-3", "0.0_5"])
        else:
            env["PERF_RUN_SOURCE"] = self.random.choice(
                [None, "scheduled_main", "scheduled_main", "pr", " Local ", "elsewhere", ""])
            env["PERF_UPLOAD_POLICY"] = self.random.choice(
                [None, "never", "pass", "always", "always", " ALWAYS ", "sometimes", ""])
            env["PERF_PYTEST_RC"] = self.random.choice([None] * 10 + ["", "0", "0", "0", "1", " 1 ", "x", "-1", "1_0", "+0"])
            env["PERF_MAX_REGRESSION"] = self.random.choice([None, None, None, "0.2", "5", "x"])
        return {key: value for key, value in env.items() if value is not None}
