int a;
int main()
{
}
