//! Case + Exchanges -> Failures: pure judgement.
