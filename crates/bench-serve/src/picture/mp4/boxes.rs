//! The boxes of an MP4 with one video track, the index before the samples (ISO 14496-12 and 14496-15).

use anyhow::{Context, Result};

/// Rows of an identity matrix, as fixed-point numbers.
const UPRIGHT: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// Undetermined, as a language of ISO 639-2 in three times five bits.
const NO_LANGUAGE: u16 = 0x55c4;
/// 72 dots an inch, as a fixed-point number.
const DOTS: u32 = 0x48_0000;
/// Profiles of H.264 whose parameters name the chroma format.
const HIGH_PROFILES: [u8; 4] = [100, 110, 122, 144];

/// A video track, each of whose samples is shown for one tick.
#[derive(Debug)]
pub(super) struct Track {
    /// The sequence parameter set.
    pub(super) sequence: Vec<u8>,
    /// The picture parameter set.
    pub(super) picture: Vec<u8>,
    width: u16,
    height: u16,
    ticks_per_s: u32,
    sizes: Vec<u32>,
    /// Numbers of samples that need no other, from 1.
    keys: Vec<u32>,
    samples: Vec<u8>,
}

impl Track {
    pub(super) fn new(width: u32, height: u32, fps: u32) -> Result<Self> {
        Ok(Self {
            sequence: Vec::new(),
            picture: Vec::new(),
            width: u16::try_from(width)?,
            height: u16::try_from(height)?,
            ticks_per_s: fps.max(1),
            sizes: Vec::new(),
            keys: Vec::new(),
            samples: Vec::new(),
        })
    }

    /// A further sample: NAL units, each after its length in four bytes.
    pub(super) fn add(&mut self, sample: &[u8], is_key: bool) -> Result<()> {
        self.sizes.push(u32::try_from(sample.len())?);
        if is_key {
            self.keys.push(self.count());
        }
        self.samples.extend_from_slice(sample);
        Ok(())
    }

    fn count(&self) -> u32 {
        self.sizes.len() as u32
    }

    /// The file.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        anyhow::ensure!(self.sequence.len() > 3, "the encoder gave no sequence parameters");
        let kinds = [&b"isom"[..], &512u32.to_be_bytes(), b"isomiso2avc1mp41"].concat();
        let mut file = atom(b"ftyp", &[&kinds]);
        // where samples begin is known once the index has its length, which does not depend on it
        let begins = file.len() + self.index(0).len() + 8;
        let end = u32::try_from(begins + self.samples.len()).ok();
        end.context("the video is larger than 4 GB")?;
        file.extend(self.index(begins as u32));
        file.extend(atom(b"mdat", &[&self.samples]));
        Ok(file)
    }

    fn index(&self, begins: u32) -> Vec<u8> {
        let duration = self.count();
        let mut movie = words(&[0, 0, self.ticks_per_s, duration, 0x1_0000, 0x100_0000, 0, 0]);
        movie.extend(words(&UPRIGHT));
        movie.extend(words(&[0, 0, 0, 0, 0, 0, 2]));
        let header = full(b"mvhd", 0, &movie);
        atom(b"moov", &[&header, &self.track(begins)])
    }

    fn track(&self, begins: u32) -> Vec<u8> {
        let mut header = words(&[0, 0, 1, 0, self.count(), 0, 0, 0, 0]);
        header.extend(words(&UPRIGHT));
        header.extend(words(&[u32::from(self.width) << 16, u32::from(self.height) << 16]));
        // enabled, and part of the movie
        let header = full(b"tkhd", 3, &header);
        let mut media = words(&[0, 0, self.ticks_per_s, self.count()]);
        media.extend(NO_LANGUAGE.to_be_bytes());
        media.extend([0, 0]);
        let media = full(b"mdhd", 0, &media);
        let mut handler = words(&[0]);
        handler.extend(b"vide");
        handler.extend(words(&[0, 0, 0]));
        handler.extend(b"video\0");
        let handler = full(b"hdlr", 0, &handler);
        let looks = full(b"vmhd", 1, &[0; 8]);
        // the samples are in this file
        let here = full(b"url ", 1, &[]);
        let reference = full(b"dref", 0, &[words(&[1]), here].concat());
        let place = atom(b"dinf", &[&reference]);
        let information = atom(b"minf", &[&looks, &place, &self.table(begins)]);
        let media = atom(b"mdia", &[&media, &handler, &information]);
        atom(b"trak", &[&header, &media])
    }

    fn table(&self, begins: u32) -> Vec<u8> {
        let count = self.count();
        let described = full(b"stsd", 0, &[words(&[1]), self.entry()].concat());
        let times = full(b"stts", 0, &words(&[1, count, 1]));
        let keys = [words(&[self.keys.len() as u32]), words(&self.keys)].concat();
        let keys = full(b"stss", 0, &keys);
        // all samples are one chunk
        let chunks = full(b"stsc", 0, &words(&[1, 1, count, 1]));
        let sizes = full(b"stsz", 0, &[words(&[0, count]), words(&self.sizes)].concat());
        let offsets = full(b"stco", 0, &words(&[1, begins]));
        atom(b"stbl", &[&described, &times, &keys, &chunks, &sizes, &offsets])
    }

    /// How samples are decoded.
    fn entry(&self) -> Vec<u8> {
        let mut entry = vec![0; 6];
        entry.extend(1u16.to_be_bytes());
        entry.extend([0; 16]);
        entry.extend(self.width.to_be_bytes());
        entry.extend(self.height.to_be_bytes());
        entry.extend(words(&[DOTS, DOTS, 0]));
        entry.extend(1u16.to_be_bytes());
        entry.extend([0; 32]);
        // three times eight bits of colour, and no table of colours
        entry.extend([0, 24, 0xff, 0xff]);
        atom(b"avc1", &[&entry, &self.parameters()])
    }

    fn parameters(&self) -> Vec<u8> {
        let (sequence, picture) = (&self.sequence, &self.picture);
        let profile = sequence[1];
        let mut record = vec![1, profile, sequence[2], sequence[3], 0xff, 0xe1];
        record.extend((sequence.len() as u16).to_be_bytes());
        record.extend_from_slice(sequence);
        record.push(1);
        record.extend((picture.len() as u16).to_be_bytes());
        record.extend_from_slice(picture);
        if HIGH_PROFILES.contains(&profile) {
            // 4:2:0 of eight bits, without further sets
            record.extend([0xfd, 0xf8, 0xf8, 0]);
        }
        atom(b"avcC", &[&record])
    }
}

/// A box: its length, its name and its parts.
fn atom(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let parts = parts.concat();
    let length = parts.len() as u32 + 8;
    [&length.to_be_bytes()[..], name, &parts].concat()
}

/// A box of version 0 with flags.
fn full(name: &[u8; 4], flags: u32, content: &[u8]) -> Vec<u8> {
    atom(name, &[&flags.to_be_bytes(), content])
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}
