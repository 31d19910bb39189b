"""What of the contract this app serves."""
