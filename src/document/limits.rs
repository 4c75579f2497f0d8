//! The bounds of reading a document, each with unit and reason.

/// Deepest nesting of arrays and objects that is read, in levels.
///
/// The deepest of 150 public documents has 37 levels; recursion over a tree of this depth stays
/// far below the smallest thread stack in use (2 MiB).
pub const NESTING_LEVELS_MAX: usize = 200;

/// Largest number of nodes (scalars, arrays, objects) in one document.
///
/// A 15 MB document has about 500,000; this many take about 400 MiB.
pub const NODES_MAX: usize = 4_000_000;

/// Largest number of nodes that anchors and aliases may copy in one document.
///
/// Real documents copy a few thousand; nested aliases grow exponentially, and this stops them
/// within tens of milliseconds.
pub const ALIAS_NODES_MAX: usize = 1_000_000;

/// Largest size of a document, in bytes. Positions and offsets are kept in 32 bits.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Longest chain of references that is followed to one node, in references.
///
/// Chains of more than three have not been seen; a longer one than this is a mistake.
pub const REFERENCE_STEPS_MAX: usize = 32;

/// Objects with at least this many entries get an index, in entries.
///
/// Below it a linear search is as fast and needs no memory.
pub const INDEXED_ENTRIES_MIN: usize = 16;

/// Widest part of a source line that a report shows, in characters.
///
/// A document on one line would otherwise be printed whole.
pub const EXCERPT_CHARACTERS_MAX: usize = 120;
