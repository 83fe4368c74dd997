"""How long a year is: in sessions, in days of interest, in days of the calendar."""

#: Sessions of a stock market in a year: every annual figure of daily returns counts by them.
SESSIONS_A_YEAR = 252
#: Days of the year that bills, dividends and options are counted by.
DAYS_OF_YIELD = 365.0
#: Days of the year that credit and stock borrow are counted by.
DAYS_OF_CREDIT = 360.0
#: Mean length of a calendar year in days.
DAYS_A_YEAR = 365.25
