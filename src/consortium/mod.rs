//! Floor 6: coalitions and money: what each could gain without the others, and who pays whom.

pub mod settlement;
