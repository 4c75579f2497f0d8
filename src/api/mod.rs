//! Document -> Api: what the contract promises.
