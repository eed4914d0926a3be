#!/bin/sh
# A program that is measured, started anew for each trial: its start-up counts.
#
#   sh command-per-trial.sh PROMPT STEPS OUTPUT_DIR
#
# Replace the two `sleep`s with what you want to measure. Lines of JSON on standard output are read;
# other lines are shown to whoever watches. Without any stage line only the latency is measured.
set -eu
prompt=$1
steps=$2
output_dir=$3

echo "generating: $prompt"
step=0
while [ "$step" -lt "$steps" ]; do
    sleep 0.01
    step=$((step + 1))
    echo '{"step": 0.01}'
done
echo '{"stage": "denoise", "seconds": 0.04}'

sleep 0.01
echo '{"stage": "vae_decode", "seconds": 0.01}'
printf 'P3 1 1 255 200 30 30\n' >"$output_dir/image.ppm"
echo "{\"output\": \"$output_dir/image.ppm\", \"images\": 1}"
echo '{"done": true}'
