"""What people ask for, one file each."""
