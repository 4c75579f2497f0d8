//! Verdicts as libtest trials.
