int main()
{
	break;
}
