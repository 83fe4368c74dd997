"""What many futures say: odds, base rates, what-if tables, calibration."""
