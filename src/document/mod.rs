//! Bytes -> Document: YAML and JSON with a position for every node.
