//! Whether a step passed: how it ended, its log and its pictures come in, a note or a reason goes out.

use std::{
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use anyhow::{Context, Result, bail, ensure};

/// Who says that a step passed. Paths of ours are below the step's folder, theirs below the bundle.
#[derive(Debug, Clone)]
pub enum Judge {
    /// One of these exit codes.
    Exit(&'static [i32]),
    /// Exit code 0, and no library or symbol that `ldd -r` misses.
    NothingUndefined,
    /// Exit code 0, and each value of each picture this near to the other's.
    WithinLevels {
        /// Folder of pictures.
        ours: String,
        /// Folder of pictures.
        theirs: String,
        /// Of 255.
        levels: u8,
    },
    /// Exit code 0, and pictures whose peak signal-to-noise ratio is this at least.
    Psnr {
        /// Folder of pictures.
        ours: String,
        /// Folder of pictures.
        theirs: String,
        /// In decibels.
        least_db: f64,
    },
}

impl Judge {
    /// A note where it passed.
    ///
    /// # Errors
    /// The reason for which it did not.
    pub fn judge(
        &self,
        status: ExitStatus,
        log: &str,
        (folder, bundle): (&Path, &Path),
    ) -> Result<String> {
        let expected: &[i32] = if let Self::Exit(codes) = self { codes } else { &[0] };
        ensure!(
            status.code().is_some_and(|code| expected.contains(&code)),
            "ended with {status}: {}",
            last_line(log)
        );
        match self {
            Self::Exit(codes) if codes.len() > 1 => Ok(format!("{status}: {}", last_line(log))),
            Self::Exit(_) => Ok(String::new()),
            Self::NothingUndefined => {
                let lines = undefined(log);
                ensure!(lines.is_empty(), "{} missing, first {}", lines.len(), lines[0]);
                Ok("nothing undefined".to_owned())
            }
            Self::WithinLevels { ours, theirs, levels } => {
                let difference = compare(&folder.join(ours), &bundle.join(theirs))?;
                let largest = difference.largest;
                ensure!(largest <= *levels, "differs by {largest} levels, allowed are {levels}");
                Ok(format!("at most {largest} levels apart"))
            }
            Self::Psnr { ours, theirs, least_db } => {
                let psnr_db = compare(&folder.join(ours), &bundle.join(theirs))?.psnr_db();
                ensure!(
                    psnr_db >= *least_db,
                    "PSNR is {psnr_db:.1} dB, at least {least_db} expected"
                );
                Ok(format!("PSNR {psnr_db:.1} dB"))
            }
        }
    }
}

/// Lines of `ldd -r` about a library or a symbol that is nowhere.
pub fn undefined(ldd: &str) -> Vec<&str> {
    let missing = |line: &&str| line.contains("not found") || line.contains("undefined symbol");
    ldd.lines().map(str::trim).filter(missing).collect()
}

fn last_line(log: &str) -> &str {
    log.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it printed nothing").trim()
}

/// How far two folders of pictures are apart.
struct Difference {
    largest: u8,
    squares: f64,
    count: f64,
}

impl Difference {
    /// 10·log10(255² / mean squared error); infinite for equal pictures.
    fn psnr_db(&self) -> f64 {
        10.0 * (255.0 * 255.0 * self.count / self.squares).log10()
    }
}

fn compare(ours: &Path, theirs: &Path) -> Result<Difference> {
    let (our_files, their_files) = (pictures(ours)?, pictures(theirs)?);
    ensure!(
        our_files.len() == their_files.len() && !our_files.is_empty(),
        "{} has {} pictures, {} has {}",
        ours.display(),
        our_files.len(),
        theirs.display(),
        their_files.len()
    );
    let mut difference = Difference { largest: 0, squares: 0.0, count: 0.0 };
    for (our_file, their_file) in our_files.iter().zip(&their_files) {
        let (a, b) = (decode(our_file)?, decode(their_file)?);
        ensure!(a.len() == b.len(), "{} has another size", our_file.display());
        for (x, y) in a.iter().zip(&b) {
            let apart = x.abs_diff(*y);
            difference.largest = difference.largest.max(apart);
            difference.squares += f64::from(apart) * f64::from(apart);
        }
        difference.count += a.len() as f64;
    }
    Ok(difference)
}

/// Numbered pictures of a folder, in order; the animation beside them is left out.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing =
        fs::read_dir(folder).with_context(|| format!("no pictures in {}", folder.display()))?;
    let numbered = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        path.extension().is_some_and(|ending| ending == "png")
            && stem.chars().all(|letter| letter.is_ascii_digit())
    };
    let mut files: Vec<PathBuf> =
        listing.flatten().map(|entry| entry.path()).filter(numbered).collect();
    files.sort();
    Ok(files)
}

fn decode(file: &Path) -> Result<Vec<u8>> {
    let reading = || format!("cannot read {}", file.display());
    let opened = File::open(file).with_context(reading)?;
    let mut reader = png::Decoder::new(BufReader::new(opened)).read_info().with_context(reading)?;
    let Some(bytes) = reader.output_buffer_size() else {
        bail!("{} is too large", file.display());
    };
    let mut values = vec![0; bytes];
    let frame = reader.next_frame(&mut values).with_context(reading)?;
    values.truncate(frame.buffer_size());
    Ok(values)
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

    use super::*;

    fn picture(folder: &Path, values: &[u8]) {
        fs::create_dir_all(folder).expect("writable");
        let file = File::create(folder.join("0000.png")).expect("writable");
        let mut encoder = png::Encoder::new(file, values.len() as u32, 1);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().expect("writable").write_image_data(values).expect("writable");
    }

    fn passed() -> ExitStatus {
        ExitStatus::from_raw(0)
    }

    #[test]
    fn pictures_pass_up_to_their_levels_and_not_beyond() {
        let root = tempfile::tempdir().expect("a temporary folder");
        picture(&root.path().join("a"), &[10, 20, 30, 40]);
        picture(&root.path().join("b"), &[12, 20, 29, 40]);
        let judge = |levels| {
            Judge::WithinLevels { ours: "a".to_owned(), theirs: "b".to_owned(), levels }.judge(
                passed(),
                "",
                (root.path(), root.path()),
            )
        };
        assert_eq!(judge(2).expect("near"), "at most 2 levels apart");
        assert!(judge(1).expect_err("too far").to_string().contains("differs by 2 levels"));
        // mean square (4 + 1) / 4, so 10·log10(65025 / 1.25) = 47.16
        let psnr = Judge::Psnr { ours: "a".to_owned(), theirs: "b".to_owned(), least_db: 40.0 };
        let note = psnr.judge(passed(), "", (root.path(), root.path())).expect("near");
        assert_eq!(note, "PSNR 47.2 dB");
    }

    #[test]
    fn a_missing_library_fails_although_ldd_leaves_with_0() {
        let log = "libc.so.6 => /lib/libc.so.6\n\tlibcublas.so.13 => not found\n";
        let at = Path::new(".");
        let error = Judge::NothingUndefined.judge(passed(), log, (at, at)).expect_err("missing");
        assert_eq!(error.to_string(), "1 missing, first libcublas.so.13 => not found");
    }

    #[test]
    fn an_exit_code_is_told_with_the_last_words() {
        let at = Path::new(".");
        let status = ExitStatus::from_raw(127 << 8);
        let error = Judge::Exit(&[0, 3]).judge(status, "x\nlost\n\n", (at, at)).expect_err("127");
        assert_eq!(error.to_string(), "ended with exit status: 127: lost");
    }
}
