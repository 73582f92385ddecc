"""Long work in processes of its own: a queue in the workspace, one process a job, one at a time.

The page that asks for a job never waits, and nothing of a job lives in the server: it survives the browser
and the server, and whoever opens the workspace next sees how far it is.
"""
