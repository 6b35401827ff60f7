from i
