use openh264::{decoder::Decoder, formats::YUVSource};

use super::*;

/// Soft waves that move by a pixel a frame.
fn frame(width: u32, height: u32, at: u32) -> Image {
    let wave = |position: u32| (127.0 + 100.0 * (f64::from(position) / 9.0).sin()) as u8;
    let pixel = |x: u32, y: u32| [wave(x + at), wave(y), wave(x + y)];
    let rgb = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    Image { width, height, rgb }
}

fn video(width: u32, height: u32, count: u32) -> Vec<Image> {
    (0..count).map(|at| frame(width, height, at)).collect()
}

/// The content of a box within others.
fn find<'f>(mut file: &'f [u8], path: &[&[u8; 4]]) -> &'f [u8] {
    for name in path {
        file = boxes_of(file).into_iter().find(|(found, _)| found == *name).expect("a box").1;
        // boxes that hold others after a version or fields of their own
        file = match &name[..] {
            b"stsd" => &file[8..],
            b"avc1" => &file[78..],
            _ => file,
        };
    }
    file
}

fn boxes_of(mut file: &[u8]) -> Vec<([u8; 4], &[u8])> {
    let mut found = Vec::new();
    while !file.is_empty() {
        let length = number(&file[..4]) as usize;
        found.push((file[4..8].try_into().expect("four letters"), &file[8..length]));
        file = &file[length..];
    }
    found
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().expect("four bytes"))
}

/// The samples as the index finds them, each with a start code before its units.
fn samples(file: &[u8]) -> Vec<Vec<u8>> {
    let table = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];
    let of = |name: &[u8; 4]| {
        let path: Vec<&[u8; 4]> = table.iter().copied().chain([name]).collect();
        find(file, &path).to_vec()
    };
    let sizes: Vec<u32> = of(b"stsz")[12..].chunks(4).map(number).collect();
    let mut at = number(&of(b"stco")[8..]) as usize;
    let mut samples = Vec::new();
    for size in sizes {
        let (mut sample, end) = (Vec::new(), at + size as usize);
        while at < end {
            let length = number(&file[at..]) as usize;
            sample.extend([0, 0, 0, 1]);
            sample.extend_from_slice(&file[at + 4..at + 4 + length]);
            at += 4 + length;
        }
        samples.push(sample);
    }
    samples
}

/// Parameters of `avcC`, each after a start code.
fn parameters(file: &[u8]) -> Vec<u8> {
    let path = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1", b"avcC"];
    let record = find(file, &path);
    let length = usize::from(u16::from_be_bytes([record[6], record[7]]));
    let rest = &record[8 + length + 1..];
    let picture = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
    let start: &[u8] = &[0, 0, 0, 1];
    [start, &record[8..8 + length], start, &rest[2..2 + picture]].concat()
}

#[test]
fn a_decoder_shows_the_frames_that_went_in() {
    for (width, height, count) in [(64, 48, 9), (16, 16, 1), (144, 96, 30)] {
        let frames = video(width, height, count);
        let file = encode(&frames, 8).expect("a file");
        assert_eq!(&file[4..8], b"ftyp");
        let samples = samples(&file);
        assert_eq!(samples.len(), frames.len());
        let mut decoder = Decoder::new().expect("a decoder");
        decoder.decode(&parameters(&file)).expect("parameters");
        let mut shown = 0;
        for (sample, frame) in samples.iter().zip(&frames) {
            let Some(picture) = decoder.decode(sample).expect("a frame") else { continue };
            assert_eq!(picture.dimensions(), (width as usize, height as usize));
            let mut rgb = vec![0; frame.rgb.len()];
            picture.write_rgb8(&mut rgb);
            let apart = rgb.iter().zip(&frame.rgb).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
            let mean = apart.sum::<f64>() / rgb.len() as f64;
            // 30 dB
            assert!(mean < 65.0, "{width}x{height} frame {shown}: mean squared difference {mean}");
            shown += 1;
        }
        assert_eq!(shown, count);
    }
}

#[test]
fn equal_frames_are_equal_bytes_and_the_length_is_frames_by_fps() {
    let frames = video(64, 48, 9);
    let file = encode(&frames, 8).expect("a file");
    assert_eq!(encode(&frames, 8).expect("a file"), file);
    let header = find(&file, &[b"moov", b"mvhd"]);
    assert_eq!((number(&header[12..]), number(&header[16..])), (8, 9));
    let keys = find(&file, &[b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stss"]);
    assert_eq!(number(&keys[8..]), 1, "the first frame needs no other");
}

#[test]
fn nothing_and_frames_of_two_sizes_are_no_video() {
    assert!(encode(&[], 8).is_err());
    assert!(encode(&[frame(64, 48, 0), frame(48, 64, 0)], 8).is_err());
}

/// The film that the tests of the dashboard play in a browser.
#[test]
fn the_film_that_browsers_play_is_what_is_written() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/serve/waves.mp4");
    let film = encode(&video(96, 64, 9), 8).expect("encoded");
    if std::fs::read(path).expect("a film") == film {
        return;
    }
    let written = std::env::temp_dir().join("waves.mp4");
    std::fs::write(&written, &film).expect("written");
    panic!("{path} differs; if {} is right, copy it there", written.display());
}
