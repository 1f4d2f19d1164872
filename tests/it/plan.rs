//! Plans: the replay by data, and against an oracle that goes row by row and lot by lot.

mod agree;
mod chains;
mod counts;
mod exact;
mod examples;
mod laws;
mod learn;
mod lived;
mod oracle;
mod pairs;
mod spans;
