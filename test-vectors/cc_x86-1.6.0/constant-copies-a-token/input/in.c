// CONSTANT NAME other
// CONSTANT TEXT "text"
int f()
{
	return NAME + TEXT;
}
