"""What the demo needs beside the product: never imported by it."""
