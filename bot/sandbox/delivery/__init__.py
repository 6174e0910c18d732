"""What the workspace sends to the app, and how the app may answer."""
