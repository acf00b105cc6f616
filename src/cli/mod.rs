//! Floor 9: the door: one file a verb.
