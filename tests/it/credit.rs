//! Lots of credit: by data, and against an oracle that steps from instant to instant and takes one unit at a time.

mod agree;
mod balances;
mod by_data;
mod histories;
mod oracle;
mod rules;
