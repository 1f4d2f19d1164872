//! Tokens, answers and costs of a text before it is sent.

mod costs;
mod counts;
mod kinds;
