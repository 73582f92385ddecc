"""Images come in: uploader, folder, how the files are understood, and what a person is asked of them."""
