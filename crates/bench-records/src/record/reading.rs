//! Reading a record: its fields, one by one, each into its place.
//!
//! In: the text of a file, or fields that somebody has read already. Out: a [`Record`] that borrows its
//! text from there.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{Metrics, Record, Spread, place::Place};
use crate::{
    identity::Identity,
    lenient::{self, Field, PassedOver, SetAside},
    metric::{CORE, METRICS},
    provenance::Provenance,
    time::Micros,
    verdict::Verdict,
};

/// How much of a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Every field, known or not.
    Everything,
    /// What its series needs. Spread, reason and unknown fields are read, so that a broken file is
    /// noticed, and dropped.
    WhatSeriesNeed,
}

/// How a record is read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// How much of it is kept.
    pub keep: Keep,
    /// The benchmark of a record that has a core metric and does not name its own.
    pub benchmark: Option<&'a str>,
}

impl<'a> Reader<'a> {
    /// Reads a record from the bytes of its file, which lend it their text.
    ///
    /// # Errors
    /// [`SetAside`] where the file is no JSON object or has no model id.
    pub fn read(self, bytes: &'a [u8]) -> Result<Record<Cow<'a, str>>, SetAside> {
        let first = lenient::strip_bom(bytes).trim_ascii_start().first();
        if first != Some(&b'{') {
            return self.read_fields(lenient::read_object(bytes)?);
        }
        lenient::read_seed(bytes, Fields { keep: self.keep })?.into_record(self.benchmark)
    }

    /// Reads a record from its fields.
    pub(super) fn read_fields(
        self,
        fields: Map<String, Value>,
    ) -> Result<Record<Cow<'a, str>>, SetAside> {
        let mut reading = Reading::default();
        for (name, value) in fields {
            reading.take(Place::of(&name), name.into(), value.into());
        }
        reading.into_record(self.benchmark)
    }
}

/// The fields of a JSON object, straight from its text.
struct Fields {
    keep: Keep,
}

impl<'de> DeserializeSeed<'de> for Fields {
    type Value = Reading<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Reading<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut reading = Reading::default();
        while let Some(name) = fields.next_key::<Field<'de>>()? {
            let Field::Text(name) = name else { continue };
            let place = Place::of(&name);
            if self.keep == Keep::Everything || place.is_of_series() {
                reading.take(place, name, fields.next_value()?);
            } else {
                fields.next_value::<PassedOver>()?;
            }
        }
        Ok(reading)
    }
}

/// What was read of a record so far; of fields that stand there twice, the last one counts.
#[derive(Default)]
struct Reading<'a> {
    model_id: Option<Field<'a>>,
    timestamp: Cow<'a, str>,
    commit_sha: Cow<'a, str>,
    gpu_type: Option<Cow<'a, str>>,
    built_in: Metrics<Cow<'a, str>>,
    own: Metrics<Cow<'a, str>>,
    has_core_metric: bool,
    is_failed: bool,
    identity: Identity<Cow<'a, str>>,
    provenance: Provenance<Cow<'a, str>>,
    spread: Option<Spread>,
    verdict: Option<Verdict>,
    verdict_reason: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    extra: Map<String, Value>,
}

impl<'a> Reading<'a> {
    fn take(&mut self, place: Place, name: Cow<'a, str>, value: Field<'a>) {
        match place {
            Place::ModelId => self.model_id = Some(value),
            Place::Timestamp => self.timestamp = value.text().unwrap_or_default(),
            Place::CommitSha => self.commit_sha = value.text().unwrap_or_default(),
            Place::GpuType => self.gpu_type = value.text(),
            Place::Success => self.is_failed = !value.is_truthy(),
            Place::Metric(index) => self.take_metric(index, &value),
            Place::OwnMetrics => self.own = own_metrics(value),
            Place::Identity(index) => self.identity.take_at(index, value),
            Place::Provenance(index) => self.provenance.take_at(index, value),
            Place::VerdictReason => self.verdict_reason = value.text(),
            Place::Id => self.id = value.text(),
            Place::Spread => self.spread = self.take_typed(name, value),
            Place::Verdict => self.verdict = self.take_typed(name, value),
            Place::Version => {
                self.identity.take_version(value.clone());
                self.extra.insert(name.into_owned(), value.into_value());
            }
            Place::Limits | Place::Unknown => {
                self.extra.insert(name.into_owned(), value.into_value());
            }
        }
    }

    /// Metrics stand at the top level where the built-in table knows them, else under `metrics`.
    fn take_metric(&mut self, index: usize, value: &Field<'_>) {
        // the core metrics come first in the table
        self.has_core_metric |= index < CORE.len();
        let key = &*METRICS[index].key;
        match value.number() {
            Some(number) => drop(self.built_in.insert(key.into(), number)),
            None => drop(self.built_in.remove(key)),
        }
    }

    /// A value of another shape than expected is kept as it is.
    fn take_typed<T: for<'de> Deserialize<'de>>(
        &mut self,
        name: Cow<'a, str>,
        value: Field<'a>,
    ) -> Option<T> {
        let value = value.into_value();
        let typed = T::deserialize(&value).ok();
        match typed {
            Some(_) => drop(self.extra.shift_remove(&*name)),
            None => drop(self.extra.insert(name.into_owned(), value)),
        }
        typed
    }

    fn into_record(mut self, benchmark: Option<&'a str>) -> Result<Record<Cow<'a, str>>, SetAside> {
        let of_folder = benchmark.filter(|_| self.has_core_metric);
        let stated = self.model_id.or(of_folder.map(|name| Field::Text(name.into())));
        self.own.append(&mut self.built_in);
        Ok(Record {
            model_id: model_id(stated.unwrap_or(Field::Null))?,
            time: Micros::parse(&self.timestamp),
            timestamp: self.timestamp,
            commit_sha: self.commit_sha,
            gpu_type: self.gpu_type,
            metrics: self.own,
            success: !self.is_failed,
            identity: self.identity.concluded(),
            provenance: self.provenance,
            spread: self.spread,
            verdict: self.verdict,
            verdict_reason: self.verdict_reason,
            id: self.id,
            extra: self.extra,
        })
    }
}

fn model_id(stated: Field<'_>) -> Result<Cow<'_, str>, SetAside> {
    let text = stated.clone().text().filter(|id| !id.trim().is_empty());
    text.ok_or_else(|| SetAside::BadField {
        field: "model_id",
        value: lenient::shorten(&stated.into_value().to_string()),
        expected: "the id of a benchmark",
    })
}

/// The numbers of an object; anything else holds none.
fn own_metrics<'a>(value: Field<'_>) -> Metrics<Cow<'a, str>> {
    let Value::Object(own) = value.into_value() else { return Metrics::new() };
    let numbers = own.into_iter();
    numbers.filter_map(|(key, value)| Some((key.into(), lenient::number(&value)?))).collect()
}
