"""The outbox: mails written with the change that causes them, sent by a job."""
