int main()
{
	return nothing;
}
