"""One question, two weeks after a parcel left, to those who ticked that they may be asked."""
