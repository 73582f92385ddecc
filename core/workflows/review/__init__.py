"""What is done before and after a mask is judged: predict all, measure agreement and progress."""
