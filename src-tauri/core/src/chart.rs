//! The chart room.
