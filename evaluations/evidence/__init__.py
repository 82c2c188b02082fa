"""What a file offered as evidence must be, judged without Django: its kind, its content, and a limited process."""
