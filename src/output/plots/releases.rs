//! The figure `releases`.

use super::{Figure, View};

/// Draws it.
pub(super) fn figure(_view: &View<'_>) -> Vec<Figure> {
    Vec::new()
}
