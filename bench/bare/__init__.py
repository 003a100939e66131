"""The bare page the shop is measured against: Flask, SQLAlchemy's ORM and Jinja over the same rows, nothing else."""
