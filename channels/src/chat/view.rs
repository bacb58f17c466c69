//! What a customer sees of a session's events.
