//! The values a scenario file can give: numbers and series, percentages, sources. No logic.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize as DeriveDeserialize, Serialize};

/// One number, a list of numbers, or a column of a CSV file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Values {
    /// The same at all times.
    Constant(f64),
    /// One a calendar month, January first; or one a period, where the key says so.
    List(Vec<f64>),
    /// A column of a CSV file, by month (1 to 12) or by date.
    Column {
        /// The file, beside the scenario file that names it.
        file: String,
        /// The column, unit included: `naryn_m3s`.
        column: String,
    },
    /// A column written out: `{ months_m3s = [...] }`, `{ periods_hm3 = [...] }`.
    #[serde(serialize_with = "written_table")]
    Written {
        /// What the numbers are given by.
        by: By,
        /// The unit in the key, empty where there is none: `m3s`.
        unit: String,
        /// Twelve, January first, or one a period.
        numbers: Vec<f64>,
    },
}

/// What the numbers of a series are given by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The calendar month, January first.
    Months,
    /// The period of the horizon.
    Periods,
}

impl By {
    /// The word that begins the key: `months` or `periods`.
    pub fn name(self) -> &'static str {
        match self {
            By::Months => "months",
            By::Periods => "periods",
        }
    }
}

/// The key of a series that is written out: `months_m3s`.
pub fn written_key(by: By, unit: &str) -> String {
    if unit.is_empty() { by.name().to_owned() } else { format!("{}_{unit}", by.name()) }
}

fn written_table<S: Serializer>(by: &By, unit: &str, numbers: &[f64], out: S) -> Result<S::Ok, S::Error> {
    let mut map = out.serialize_map(Some(1))?;
    map.serialize_entry(&written_key(*by, unit), numbers)?;
    map.end()
}

/// Percent of the file's own climatology.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Percent {
    /// The same all year.
    Year(f64),
    /// By season.
    Seasons {
        /// April-September.
        vegetation: f64,
        /// October-March.
        non_vegetation: f64,
    },
}

/// Where figures come from: one text for a whole entity, or one a key.
///
/// A text begins with its standing: `published`, `derived`, `assumed`, `recalled`, `fitted`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// For every key.
    All(String),
    /// Key by key; `all` stands for the keys that are not named.
    Keys(IndexMap<String, String>),
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct ValuesVisitor;

        impl<'de> Visitor<'de> for ValuesVisitor {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a list of numbers, or { file = \"...\", column = \"...\" }")
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Values, E> {
                Ok(Values::Constant(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Values, E> {
                Ok(Values::Constant(value as f64))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Values, A::Error> {
                let mut list = Vec::new();
                while let Some(value) = items.next_element()? {
                    list.push(value);
                }
                Ok(Values::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
                let (mut file, mut column) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "file" => file = Some(map.next_value()?),
                        "column" => column = Some(map.next_value()?),
                        other => {
                            let series = written(other, map.next_value()?)?;
                            return match map.next_key::<String>()? {
                                Some(second) => Err(de::Error::unknown_field(&second, &[])),
                                None => Ok(series),
                            };
                        }
                    }
                }
                match (file, column) {
                    (Some(file), Some(column)) => Ok(Values::Column { file, column }),
                    (None, _) => Err(de::Error::missing_field("file")),
                    (_, None) => Err(de::Error::missing_field("column")),
                }
            }
        }

        input.deserialize_any(ValuesVisitor)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct PercentVisitor;

        impl<'de> Visitor<'de> for PercentVisitor {
            type Value = Percent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a percentage, or { vegetation = ..., non_vegetation = ... }")
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Percent, E> {
                Ok(Percent::Year(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Percent, E> {
                Ok(Percent::Year(value as f64))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Percent, A::Error> {
                #[derive(DeriveDeserialize)]
                #[serde(deny_unknown_fields)]
                struct Seasons {
                    vegetation: f64,
                    non_vegetation: f64,
                }
                let Seasons { vegetation, non_vegetation } =
                    Seasons::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Percent::Seasons { vegetation, non_vegetation })
            }
        }

        input.deserialize_any(PercentVisitor)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct SourceVisitor;

        impl<'de> Visitor<'de> for SourceVisitor {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a table of texts by key")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Source, E> {
                Ok(Source::All(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                let keys = IndexMap::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Source::Keys(keys))
            }
        }

        input.deserialize_any(SourceVisitor)
    }
}

/// The series under a key such as `months_m3s`.
fn written<E: de::Error>(key: &str, numbers: Vec<f64>) -> Result<Values, E> {
    for by in [By::Months, By::Periods] {
        if let Some(rest) = key.strip_prefix(by.name()) {
            let unit = rest.strip_prefix('_').unwrap_or(rest);
            if rest.is_empty() || rest.starts_with('_') {
                return Ok(Values::Written { by, unit: unit.to_owned(), numbers });
            }
        }
    }
    Err(E::unknown_field(key, &["file", "column", "months_<unit>", "periods_<unit>"]))
}
