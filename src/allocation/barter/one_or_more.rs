//! The contracts of a policy in a file: one as a table, several as a list of tables.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::record::Contract;

/// Reads a contract or a list of them.
///
/// # Errors
/// What is wrong with a contract, at its key.
pub(in crate::allocation) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Contract>, D::Error> {
    from.deserialize_any(Contracts)
}

/// Writes them as they are read.
///
/// # Errors
/// Those of the writer.
pub(in crate::allocation) fn write<S: Serializer>(contracts: &[Contract], to: S) -> Result<S::Ok, S::Error> {
    match contracts {
        [one] => one.serialize(to),
        all => all.serialize(to),
    }
}

struct Contracts;

impl<'de> Visitor<'de> for Contracts {
    type Value = Vec<Contract>;

    fn expecting(&self, what: &mut fmt::Formatter<'_>) -> fmt::Result {
        what.write_str("a table, or a list of tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<Contract>, A::Error> {
        Contract::deserialize(MapAccessDeserializer::new(map)).map(|contract| vec![contract])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<Contract>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list))
    }
}
