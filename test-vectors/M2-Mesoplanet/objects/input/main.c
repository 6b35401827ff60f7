int one();
int two();

int main()
{
	one();
	return two();
}
