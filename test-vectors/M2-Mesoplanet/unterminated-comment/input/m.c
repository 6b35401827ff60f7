x /* y
