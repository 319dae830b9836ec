"""What people type about notices and endpoints."""
