//! Rates of exchange by date, and what a price comes to where it is paid. Pure.
