//! The money room.
