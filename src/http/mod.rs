//! Request -> Exchange on the wire.
