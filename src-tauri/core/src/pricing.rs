//! The pricing room.
