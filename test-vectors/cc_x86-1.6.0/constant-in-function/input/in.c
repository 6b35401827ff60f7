int f()
{
	// CONSTANT A 1
	return 1;
}
