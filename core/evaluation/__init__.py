"""How good a mask is: scores of one image, their means, intervals, and the threshold that they choose.

Between predictions and the cards, pages and commands that show numbers. Knows neither networks nor files.
"""
