//! The person's own usage through every plan. Pure.
