A A
