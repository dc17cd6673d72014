"""Starting and stopping the processes of the service."""
