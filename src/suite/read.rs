//! Reads a suite: stub, replaced below.
