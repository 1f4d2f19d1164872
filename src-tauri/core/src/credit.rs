//! Lots of credit: which spending takes from which, what lapses, what is at risk. Pure.
