"""What a person or a command asks for, one file each; pages, commands and the worker call the same ones.

Puts the parts below together, from the uploaded file to the better model. Knows neither streamlit nor
argparse.
"""
