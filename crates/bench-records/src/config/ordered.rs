//! A JSON object whose order matters: pairs in the order of the file, each key once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::{Broken, FromJson, Reader, read_pairs};

/// Named values in the order of the file.
///
/// Deserializing fails on a key that stands twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Ordered<V>(Vec<(String, V)>);

impl<V> Ordered<V> {
    /// The pairs in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &V)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }

    /// The value of `key`, spelled exactly so.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V: Clone> Ordered<V> {
    /// These pairs, and those of `other` whose keys are not among them.
    pub fn or(&self, other: &Self) -> Self {
        let further = other.0.iter().filter(|(key, _)| self.get(key).is_none());
        Self(self.0.iter().chain(further).cloned().collect())
    }
}

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Keeps the order; the caller sees to it that keys are unique.
impl<V> FromIterator<(String, V)> for Ordered<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OrderedVisitor(PhantomData))
    }
}

struct OrderedVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for OrderedVisitor<V> {
    type Value = Ordered<V>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut ordered = Ordered::default();
        while let Some((key, value)) = map.next_entry::<String, V>()? {
            if ordered.get(&key).is_some() {
                return Err(A::Error::custom(format_args!("duplicate key {key:?}")));
            }
            ordered.0.push((key, value));
        }
        Ok(ordered)
    }
}

impl<V: FromJson> FromJson for Ordered<V> {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let pairs: Vec<(String, V)> = read_pairs(reader)?;
        let twice = pairs
            .iter()
            .enumerate()
            .find(|(at, (key, _))| pairs.iter().take(*at).any(|(known, _)| known == key));
        if let Some((_, (key, _))) = twice {
            return Err(reader.broken(&format!("duplicate key `{key}` before")));
        }
        self.0 = pairs;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Ordered;

    #[test]
    fn order_survives_a_round_trip() {
        let text = r#"{"b":1,"a":2,"c":3}"#;
        let ordered: Ordered<u32> = serde_json::from_str(text).expect("a map of numbers");
        assert_eq!(ordered.keys().collect::<Vec<_>>(), ["b", "a", "c"]);
        assert_eq!(serde_json::to_string(&ordered).expect("plain numbers"), text);
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error() {
        let error = serde_json::from_str::<Ordered<u32>>(r#"{"a":1,"a":2}"#);
        assert!(error.is_err_and(|e| e.to_string().starts_with("duplicate key \"a\"")));
    }
}
