x
#error no good
