//! Typed dense indices and the tables they index.
//!
//! Names are used at the rim (files, tables, messages); inside, an element is a small integer that
//! can only index the table of its own kind. Iteration order is that of the scenario: down the river.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A dense index of one kind of element.
pub trait Idx: Copy + Eq + Ord + fmt::Debug {
    /// The index of position `position`.
    fn new(position: usize) -> Self;
    /// The position.
    fn position(self) -> usize;
}

/// Declares index types: `indices! { /// A node. NodeIdx, ... }`.
#[macro_export]
macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(u32);

            impl $crate::quantity::index::Idx for $name {
                fn new(position: usize) -> Self {
                    Self(position as u32)
                }
                fn position(self) -> usize {
                    self.0 as usize
                }
            }
        )+
    };
}

indices! {
    /// A period of the horizon.
    PeriodIdx,
}

/// A vector that only its own kind of index can index.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<I, T> {
    items: Vec<T>,
    kind: PhantomData<I>,
}

/// A value a period.
pub type Series<T> = Table<PeriodIdx, T>;

impl<I: Idx, T> Table<I, T> {
    /// The table of these items, in this order.
    pub fn new(items: Vec<T>) -> Self {
        Self { items, kind: PhantomData }
    }

    /// A table of `len` items, each made from its index.
    pub fn from_fn(len: usize, make: impl FnMut(I) -> T) -> Self {
        Self::new((0..len).map(I::new).map(make).collect())
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The items with their indices, in order.
    pub fn enumerate(&self) -> impl Iterator<Item = (I, &T)> + '_ {
        self.items.iter().enumerate().map(|(k, item)| (I::new(k), item))
    }

    /// The indices, in order.
    pub fn indices(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::new)
    }

    /// The items, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The items, in order, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }

    /// Appends an item and returns its index.
    pub fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::new(self.items.len() - 1)
    }

    /// The table of the same shape made item by item.
    pub fn map<U>(&self, change: impl FnMut(&T) -> U) -> Table<I, U> {
        Table::new(self.items.iter().map(change).collect())
    }

    /// The items as a slice.
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }
}

impl<I: Idx, T: Clone> Table<I, T> {
    /// A table of `len` equal items.
    pub fn filled(len: usize, item: T) -> Self {
        Self::new(vec![item; len])
    }
}

impl<I: Idx, T> Default for Table<I, T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<I: Idx, T> Index<I> for Table<I, T> {
    type Output = T;
    fn index(&self, index: I) -> &T {
        &self.items[index.position()]
    }
}

impl<I: Idx, T> IndexMut<I> for Table<I, T> {
    fn index_mut(&mut self, index: I) -> &mut T {
        &mut self.items[index.position()]
    }
}

impl<'a, I: Idx, T> IntoIterator for &'a Table<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_keeps_the_order_it_was_given() {
        let table: Series<&str> = Table::new(vec!["October", "November"]);
        let names: Vec<_> = table.enumerate().map(|(t, name)| (t.position(), *name)).collect();
        assert_eq!(names, [(0, "October"), (1, "November")]);
        assert_eq!(table[PeriodIdx::new(1)], "November");
    }
}
