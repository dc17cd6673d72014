"""The process that keeps the promises: it ends what is due, and delivers the mail."""
