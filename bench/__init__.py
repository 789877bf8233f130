"""Every speed promise as a ratio in one run: ours against a limit or a peer, round by round, and the limit against itself."""
