"""What an answer may change: held against what is known, judged, merged, committed."""
