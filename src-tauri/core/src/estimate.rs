//! What a text will cost before it is sent: tokens, money, the share of what is left. Pure.
