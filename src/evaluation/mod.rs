//! Floor 7: from a record to a judgement: satisfactions, inequality, money, and policies side by side.

pub mod rows;
