//! Objects by their fields.

use super::{Broken, FromJson, Reader};

/// A field of a type.
pub struct Field<T> {
    /// Its name.
    pub name: &'static str,
    /// Whether it cannot be left out.
    pub is_needed: bool,
    /// Reads its value into its place.
    pub read: fn(&mut T, &mut Reader<'_>) -> Result<(), Broken>,
}

/// What becomes of fields that a type lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They are passed over.
    PassedOver,
    /// They are an error.
    Refused,
}

/// Reads an object into its place. Of fields that stand twice, the last one counts.
///
/// # Errors
/// Anything else comes next, it is broken, or lacks a field that is needed.
// the code of one type is that of all: where it stands alone, it is there once
#[inline(never)]
pub fn read_object<T>(
    this: &mut T,
    reader: &mut Reader<'_>,
    fields: &[Field<T>],
    others: Others,
) -> Result<(), Broken> {
    let mut found = 0_u64;
    let mut within = reader.object()?;
    while reader.goes_on(&mut within)? {
        let name = reader.name()?;
        match fields.iter().position(|field| field.name == name) {
            Some(at) => {
                found |= 1 << at;
                (fields[at].read)(this, reader)?;
            }
            None if others == Others::PassedOver => reader.skip()?,
            None => return Err(unknown(reader, &name, &names(fields))),
        }
    }
    let is_lacking = |(at, field): &(usize, &Field<T>)| field.is_needed && found & (1 << at) == 0;
    match fields.iter().enumerate().find(is_lacking) {
        Some((_, field)) => Err(reader.broken_as(format!("missing field `{}`", field.name))),
        None => Ok(()),
    }
}

fn names<T>(fields: &[Field<T>]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

fn unknown(reader: &mut Reader<'_>, name: &str, known: &[&str]) -> Broken {
    let known = known.join("`, `");
    reader.broken_as(format!("unknown field `{name}`, expected one of `{known}`"))
}

/// Reads a type by its fields: `read_fields!(Type { field, other = default })`. A field with a default can be
/// left out. After `#[strict]`, a field that the type lacks is an error.
#[macro_export]
macro_rules! read_fields {
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
    (@blank) => { $crate::json::FromJson::blank() };
    (@blank $default:expr) => { $default };
    (@needed) => { true };
    (@needed $default:expr) => { false };
    (@others) => { $crate::json::Others::PassedOver };
    (@others strict) => { $crate::json::Others::Refused };
    ($(#[$kind:ident])? $type:ty { $($field:ident $(as $name:literal)? $(= $default:expr)?),* $(,)? }) => {
        impl $crate::json::FromJson for $type {
            fn blank() -> Self {
                Self { $($field: $crate::read_fields!(@blank $($default)?)),* }
            }

            fn read(
                &mut self,
                reader: &mut $crate::json::Reader<'_>,
            ) -> Result<(), $crate::json::Broken> {
                let fields = &[$($crate::json::Field {
                    name: $crate::read_fields!(@name $field $($name)?),
                    is_needed: $crate::read_fields!(@needed $($default)?),
                    read: |this: &mut $type, reader| {
                        $crate::json::FromJson::read(&mut this.$field, reader)
                    },
                }),*];
                let others = $crate::read_fields!(@others $($kind)?);
                $crate::json::read_object(self, reader, fields, others)
            }
        }
    };
}

/// A value by itself.
///
/// # Errors
/// Something else comes next, or it is broken.
pub fn read_as<T: FromJson>(reader: &mut Reader<'_>) -> Result<T, Broken> {
    let mut value = T::blank();
    value.read(reader).map(|()| value)
}
