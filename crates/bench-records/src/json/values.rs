//! Values of types: texts, numbers, lists, maps.

use std::{borrow::Cow, collections::BTreeMap};

use super::{Broken, Reader};

/// What can be read.
pub trait FromJson: Sized {
    /// A value before it is read.
    #[must_use]
    fn blank() -> Self;

    /// Reads it into its place.
    ///
    /// # Errors
    /// Something else comes next, or it is broken.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken>;
}

/// One of some words, each of which stands for a value.
///
/// # Errors
/// Anything else comes next.
pub fn word<T: Copy>(reader: &mut Reader<'_>, known: &[(&str, T)]) -> Result<T, Broken> {
    let found = reader.text()?;
    let value = known.iter().find(|(word, _)| *word == found).map(|(_, value)| *value);
    value.ok_or_else(|| reader.broken(&format!("unknown word `{found}`")))
}

impl FromJson for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = reader.text()?.into_owned();
        Ok(())
    }
}

impl FromJson for Box<str> {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = reader.text()?.into();
        Ok(())
    }
}

impl FromJson for Cow<'static, str> {
    fn blank() -> Self {
        Self::Borrowed("")
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = Self::Owned(reader.text()?.into_owned());
        Ok(())
    }
}

impl FromJson for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = reader.boolean()?;
        Ok(())
    }
}

impl FromJson for f64 {
    fn blank() -> Self {
        0.0
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = reader.number()?;
        Ok(())
    }
}

impl FromJson for i64 {
    fn blank() -> Self {
        0
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = reader.whole()?;
        Ok(())
    }
}

/// Whole numbers of smaller types.
macro_rules! read_in_range {
    ($($type:ty),*) => {
        $(impl FromJson for $type {
            fn blank() -> Self {
                0
            }

            fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
                let number = Self::try_from(reader.whole()?).ok();
                *self = number.ok_or_else(|| reader.broken("number out of range"))?;
                Ok(())
            }
        })*
    };
}

read_in_range!(usize, u32, u16, u8);

impl<T: FromJson> FromJson for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = None;
        if !reader.null() {
            self.insert(T::blank()).read(reader)?;
        }
        Ok(())
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        self.clear();
        let mut within = reader.list()?;
        while reader.goes_on(&mut within)? {
            let mut item = T::blank();
            item.read(reader)?;
            self.push(item);
        }
        Ok(())
    }
}

/// What the name of a field can stand for.
pub trait Key: Sized {
    /// What a name stands for.
    fn of_name(name: &str) -> Option<Self>;
}

impl Key for String {
    fn of_name(name: &str) -> Option<Self> {
        Some(name.to_owned())
    }
}

impl Key for usize {
    fn of_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// The fields of an object, in their order.
///
/// # Errors
/// It is broken, or a name stands for nothing.
pub fn read_pairs<K: Key, V: FromJson>(reader: &mut Reader<'_>) -> Result<Vec<(K, V)>, Broken> {
    let mut pairs = Vec::new();
    let mut within = reader.object()?;
    while reader.goes_on(&mut within)? {
        let name = reader.name()?;
        let Some(key) = K::of_name(&name) else { return Err(reader.broken("unknown name")) };
        let mut value = V::blank();
        value.read(reader)?;
        pairs.push((key, value));
    }
    Ok(pairs)
}

impl<K: Key + Ord, V: FromJson> FromJson for BTreeMap<K, V> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = crate::order::map_of(read_pairs(reader)?);
        Ok(())
    }
}
