"""What a merge and a landing read of the repository before they write anything."""
