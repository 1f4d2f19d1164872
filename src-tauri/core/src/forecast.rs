//! What is likely to come, from complete days that were: month ends, days a balance lasts. Pure.
