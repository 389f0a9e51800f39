"""What clients of other services do when the service misbehaves: who they are, and the server that does so."""
