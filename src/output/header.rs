//! The column names of a row type, asked of its own `Deserialize`, so that they are written once.

use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// The names of the fields of `R`, as they are written; empty if `R` is no struct of named fields.
pub(super) fn header<R: DeserializeOwned>() -> &'static [&'static str] {
    match R::deserialize(Asking) {
        Err(Answer::Fields(fields)) => fields,
        _ => &[],
    }
}

/// A deserializer that gives nothing and takes the list of fields it is asked for.
struct Asking;

/// What it ends with: the fields, wrapped as the error that stops the reading.
#[derive(Debug)]
enum Answer {
    Fields(&'static [&'static str]),
    Other,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("asked for the fields only")
    }
}

impl std::error::Error for Answer {}

impl de::Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Answer::Other
    }
}

impl<'de> Deserializer<'de> for Asking {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::Other)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer::Fields(fields))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    struct Row {
        place: String,
        #[serde(rename = "use")]
        water_use: String,
    }

    #[test]
    fn a_renamed_field_has_its_written_name() {
        assert_eq!(header::<Row>(), ["place", "use"]);
        assert!(header::<f64>().is_empty());
    }
}
