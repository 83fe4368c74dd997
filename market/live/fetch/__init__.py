"""A request over the network: what may be asked, what an answer must be, what is never shown."""
