//! Rules in, alerts out. Pure.
