//! Plans as a file tells them: read to the last digit, refused with their place, settled for a buyer.

mod bad;
mod bundled;
mod corrected;
mod discounts;
mod founding;
mod schema;
mod settled;
