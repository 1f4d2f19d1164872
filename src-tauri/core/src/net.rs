//! The net room.
