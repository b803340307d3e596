"""Workers' requests as files in the git directory: what is asked, answers, and rules."""
