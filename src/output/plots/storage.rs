//! The figure `storage-*`.

use super::{Figure, View};

/// Draws it.
pub(super) fn figures(_view: &View<'_>) -> Vec<Figure> {
    Vec::new()
}
