"""What several tests need: people, mail, files, processes, and what is stored."""
