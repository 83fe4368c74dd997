"""The page, the folder and the plain sentences of a plan of named legs."""
