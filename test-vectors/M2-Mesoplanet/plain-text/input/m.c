int main()
{
	return 0; /* c */
}
