"""Which of the variants to believe: judged rows, ranking, rivals that only hold, evidence."""
