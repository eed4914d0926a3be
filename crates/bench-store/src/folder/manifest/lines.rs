//! The manifest's file: a header with the keys of the series, then a line a folder, column-wise.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use anyhow::{Context, ensure};
use bench_records::identity::SeriesKey;
use serde::{Deserialize, Serialize};

use super::{Fate, Known, KnownFolder, Manifest};
use crate::folder::scan::FileStat;

const FORMAT: &str = "bench-runner/files/4";

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    series: Vec<SeriesKey>,
    sidecars: Vec<Option<(u64, i64)>>,
}

#[derive(Serialize, Deserialize)]
struct FolderLine<'a> {
    folder: Cow<'a, str>,
    folder_modified_ns: i64,
    names: Vec<Cow<'a, str>>,
    sizes: Vec<u64>,
    modified_ns: Vec<i64>,
    /// Position in the header's list; -1 for a file that was set aside, -2 for a part.
    series: Vec<i64>,
    /// Reasons of the files that were set aside, in order.
    reasons: Vec<Cow<'a, str>>,
    /// Positions and numbers of records of the parts' series, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Vec<(i64, usize)>>,
}

impl Manifest {
    /// The text of the file.
    #[must_use]
    pub fn to_ndjson(&self) -> String {
        let mut series: Vec<SeriesKey> = Vec::new();
        let mut positions: HashMap<SeriesKey, i64> = HashMap::new();
        let mut place = |key: &SeriesKey| {
            if !positions.contains_key(key) {
                positions.insert(key.clone(), series.len() as i64);
                series.push(key.clone());
            }
        };
        for (_, known) in self.files() {
            match &known.fate {
                Fate::InSeries(key) => place(key),
                Fate::Part(rows) => rows.iter().for_each(|(key, _)| place(key)),
                Fate::SetAside(_) => {}
            }
        }
        let header = Header { format: FORMAT.to_owned(), series, sidecars: self.sidecars.clone() };
        let mut out = to_line(&header);
        for (path, folder) in &self.folders {
            out.push_str(&to_line(&FolderLine::of(path, folder, &positions)));
        }
        out
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Where the text is of another version, broken, or cut short.
    pub fn from_ndjson(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines();
        let header: Header = serde_json::from_str(lines.next().unwrap_or_default())?;
        ensure!(header.format == FORMAT, "format is {:?}", header.format);
        let mut folders = BTreeMap::new();
        for line in lines {
            let line: FolderLine<'_> = serde_json::from_str(line)?;
            let (path, folder) = line.into_folder(&header.series)?;
            folders.insert(path, folder);
        }
        Ok(Self { folders, sidecars: header.sidecars })
    }
}

fn to_line(value: &impl Serialize) -> String {
    let mut line = serde_json::to_string(value).expect("manifest lines hold plain values");
    line.push('\n');
    line
}

impl<'a> FolderLine<'a> {
    fn of(path: &'a str, folder: &'a KnownFolder, positions: &HashMap<SeriesKey, i64>) -> Self {
        let files = &folder.files;
        let position = |known: &Known| match &known.fate {
            Fate::InSeries(key) => positions[key],
            Fate::SetAside(_) => -1,
            Fate::Part(_) => -2,
        };
        let part = |known: &Known| match &known.fate {
            Fate::Part(rows) => {
                Some(rows.iter().map(|(key, count)| (positions[key], *count)).collect())
            }
            Fate::InSeries(_) | Fate::SetAside(_) => None,
        };
        let reason = |known: &'a Known| match &known.fate {
            Fate::SetAside(reason) => Some(reason.into()),
            Fate::InSeries(_) | Fate::Part(_) => None,
        };
        Self {
            folder: path.into(),
            folder_modified_ns: folder.modified_ns,
            names: files.iter().map(|known| known.stat.name.as_str().into()).collect(),
            sizes: files.iter().map(|known| known.stat.size).collect(),
            modified_ns: files.iter().map(|known| known.stat.modified_ns).collect(),
            series: files.iter().map(position).collect(),
            reasons: files.iter().filter_map(reason).collect(),
            parts: files.iter().filter_map(part).collect(),
        }
    }

    fn into_folder(self, series: &[SeriesKey]) -> anyhow::Result<(String, KnownFolder)> {
        let count = self.names.len();
        let even = [self.sizes.len(), self.modified_ns.len(), self.series.len()];
        ensure!(even.iter().all(|length| *length == count), "columns of different lengths");
        let (mut reasons, mut parts) = (self.reasons.into_iter(), self.parts.into_iter());
        let key = |position: i64| {
            let position = usize::try_from(position).ok();
            position.and_then(|at| series.get(at)).cloned().context("no such series")
        };
        let mut files = Vec::with_capacity(count);
        for (index, name) in self.names.into_iter().enumerate() {
            let fate = match self.series[index] {
                -1 => Fate::SetAside(reasons.next().context("a reason is missing")?.into_owned()),
                -2 => {
                    let rows = parts.next().context("a part is missing")?.into_iter();
                    Fate::Part(
                        rows.map(|(at, count)| Ok((key(at)?, count)))
                            .collect::<anyhow::Result<_>>()?,
                    )
                }
                position => Fate::InSeries(key(position)?),
            };
            let (size, modified_ns) = (self.sizes[index], self.modified_ns[index]);
            let name = name.into_owned();
            files.push(Known { stat: FileStat { name, size, modified_ns }, fate });
        }
        Ok((self.folder.into_owned(), KnownFolder { modified_ns: self.folder_modified_ns, files }))
    }
}
