//! Files in the layouts of a model's makers, put together of the tiny checkpoints as
//! `tiny-images/original/*.json` says; all tensors are in half precision.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Map, Value, json};

use crate::support::checkpoint::{split, tiny_images};

const BYTES_PER_VALUE: usize = 2;

/// A tensor: its shape and bytes.
#[derive(Clone)]
struct Tensor(Vec<usize>, Vec<u8>);

/// Writes the file that `recipes` names, of a tiny checkpoint.
pub fn write_file(path: &Path, checkpoint: &str, recipes: &str) {
    let text = fs::read_to_string(tiny_images(&format!("original/{recipes}.json"))).unwrap();
    let recipes: Map<String, Value> = serde_json::from_str(&text).unwrap();
    let mut parts = BTreeMap::new();
    let made = recipes.iter().map(|(name, recipe)| {
        let part = recipe[1].as_str().unwrap();
        let tensors = parts.entry(part).or_insert_with(|| read(checkpoint, part));
        (name.clone(), make(recipe, tensors))
    });
    write(path, &made.collect::<Vec<_>>());
}

fn make(recipe: &Value, tensors: &BTreeMap<String, Tensor>) -> Tensor {
    let find = |name: &Value| tensors[name.as_str().unwrap()].clone();
    let source = &recipe[2];
    match recipe[0].as_str().unwrap() {
        "stack" => {
            let parts: Vec<Tensor> = source.as_array().unwrap().iter().map(find).collect();
            let mut shape = parts[0].0.clone();
            shape[0] = parts.iter().map(|part| part.0[0]).sum();
            Tensor(shape, parts.into_iter().flat_map(|part| part.1).collect())
        }
        "swap" => {
            let Tensor(shape, mut bytes) = find(source);
            let half = bytes.len() / 2;
            bytes.rotate_left(half);
            Tensor(shape, bytes)
        }
        "transpose" => transposed(&find(source)),
        "reshape" => Tensor(serde_json::from_value(recipe[3].clone()).unwrap(), find(source).1),
        _ => find(source),
    }
}

fn transposed(Tensor(shape, bytes): &Tensor) -> Tensor {
    let (rows, columns) = (shape[0], shape[1]);
    let value = |row: usize, column: usize| {
        let start = BYTES_PER_VALUE * (row * columns + column);
        &bytes[start..start + BYTES_PER_VALUE]
    };
    let places = (0..columns).flat_map(|column| (0..rows).map(move |row| (row, column)));
    let turned = places.flat_map(|(row, column)| value(row, column).iter().copied());
    Tensor(vec![columns, rows], turned.collect())
}

fn read(checkpoint: &str, part: &str) -> BTreeMap<String, Tensor> {
    let file = if part.starts_with("text") { "model" } else { "diffusion_pytorch_model" };
    let bytes = fs::read(tiny_images(&format!("{checkpoint}/{part}/{file}.safetensors"))).unwrap();
    let (header, data) = split(&bytes);
    let tensors = header.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__");
    let tensor = |info: &Value| {
        assert_eq!(info["dtype"], "F16");
        let shape: Vec<usize> = serde_json::from_value(info["shape"].clone()).unwrap();
        let [start, end]: [usize; 2] =
            serde_json::from_value(info["data_offsets"].clone()).unwrap();
        Tensor(shape, data[start..end].to_vec())
    };
    tensors.map(|(name, info)| (name.clone(), tensor(info))).collect()
}

fn write(path: &Path, tensors: &[(String, Tensor)]) {
    let (mut header, mut data) = (Map::new(), Vec::new());
    for (name, Tensor(shape, bytes)) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        let info = json!({"dtype": "F16", "shape": shape, "data_offsets": offsets});
        header.insert(name.clone(), info);
        data.extend_from_slice(bytes);
    }
    let header = Value::Object(header).to_string();
    let length = (header.len() as u64).to_le_bytes();
    fs::write(path, [&length, header.as_bytes(), &data].concat()).unwrap();
}
