-- Which run of the notification service gave a receipt: another run counts its numbers anew, so there the receipt names nothing.
ALTER TABLE deliveries ADD COLUMN server TEXT;
