int main()
{
	return two() - 2;
}
