"""The dashboard: a web page of the service that shows whether all this is still worth it."""
