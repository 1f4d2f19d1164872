//! Plans: the replay by data, and against an oracle that goes row by row and lot by lot.

mod learn;
