//! Columns of vLLM's tables, and where their values stand.

/// Field of a result, and the column's heading.
pub(super) type Column = (&'static str, &'static str);

/// Columns of latency tests.
pub(super) const LATENCY: [Column; 5] = [
    ("test_name", "Test name"),
    ("gpu_type", "GPU"),
    ("avg_latency", "Mean latency (ms)"),
    ("P50", "Median latency (ms)"),
    ("P99", "P99 latency (ms)"),
];

/// Columns of throughput tests.
pub(super) const THROUGHPUT: [Column; 7] = [
    ("test_name", "Test name"),
    ("gpu_type", "GPU"),
    ("num_requests", "# of req."),
    ("total_num_tokens", "Total # of tokens"),
    ("elapsed_time", "Elapsed time (s)"),
    ("requests_per_second", "Tput (req/s)"),
    ("tokens_per_second", "Tput (tok/s)"),
];

/// Columns of serving tests; `Median` and `P99` are of the time per output token.
pub(super) const SERVING: [Column; 26] = [
    ("test_name", "Test name"),
    ("model_id", "Model"),
    ("dataset_name", "Dataset Name"),
    ("input_len", "Input Len"),
    ("output_len", "Output Len"),
    ("tp_size", "TP Size"),
    ("pp_size", "PP Size"),
    ("dtype", "dtype"),
    ("gpu_type", "GPU"),
    ("completed", "# of req."),
    ("qps", "qps"),
    ("max_concurrency", "# of max concurrency."),
    ("request_throughput", "Tput (req/s)"),
    ("total_token_throughput", "Total Token Tput (tok/s)"),
    ("output_throughput", "Output Tput (tok/s)"),
    ("mean_ttft_ms", "Mean TTFT (ms)"),
    ("median_ttft_ms", "Median TTFT (ms)"),
    ("p99_ttft_ms", "P99 TTFT (ms)"),
    ("std_ttft_ms", "STD TTFT (ms)"),
    ("mean_tpot_ms", "Mean TPOT (ms)"),
    ("median_tpot_ms", "Median"),
    ("p99_tpot_ms", "P99"),
    ("std_tpot_ms", "STD TPOT (ms)"),
    ("mean_itl_ms", "Mean ITL (ms)"),
    ("median_itl_ms", "Median ITL (ms)"),
    ("p99_itl_ms", "P99 ITL (ms)"),
];

/// Options of a server's command, and the fields that they become.
pub(super) const OF_SERVER: [(&str, &str); 6] = [
    ("--tensor-parallel-size", "tp_size"),
    ("--tp-size", "tp_size"),
    ("--pipeline-parallel-size", "pp_size"),
    ("--pp-size", "pp_size"),
    ("--dtype", "dtype"),
    ("-tp", "tp_size"),
];

/// Options of a client's command, likewise.
pub(super) const OF_CLIENT: [(&str, &str); 4] = [
    ("--dataset-name", "dataset_name"),
    ("--random-input-len", "input_len"),
    ("--random-output-len", "output_len"),
    ("--request-rate", "qps"),
];
