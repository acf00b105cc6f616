//! Floor 7: from files to the typed model: overlays, the shape of the files, and every problem at once.

pub mod schema;
