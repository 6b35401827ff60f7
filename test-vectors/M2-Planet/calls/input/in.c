int later(int a);
void none(void)
{
}
int main(int argc, char** argv)
{
	none();
	return later(later(argc));
}
int later(int a) { return a; }
