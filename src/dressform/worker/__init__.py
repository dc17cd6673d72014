"""The worker: it deletes rows whose retention period is over, and delivers the mail."""
