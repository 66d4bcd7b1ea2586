"""What was said on the connections: lines of the drawer, and a text to send to somebody."""
